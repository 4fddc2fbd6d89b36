package dev.assay.verification.hardware;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.EvidenceFile.Part;
import dev.assay.verification.hardware.EvidenceReference.About;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.referees.Program;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A TPM that runs now quotes for a lease, and the quote is what a statement can name. */
class LiveTpmTest {
    private static final LeaseId LEASE = new LeaseId(Digest.sha256(new byte[] {1}));
    private static final LogCheckpoint CHECKPOINT =
            new LogCheckpoint("log.example/2026", 258, Digest.of(new byte[32]));

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({"rsa, rsassa", "rsa, rsapss", "ecc, ecdsa"})
    void quote_ofARunningTpm_isVerifiedForItsLeaseOnly(String key, String scheme) throws Exception {
        EvidenceNonce nonce = EvidenceNonce.ofLease(LEASE, CHECKPOINT);
        try (SoftwareTpm tpm = SoftwareTpm.start(folder)) {
            tpm.run("tpm2_createek", "-c", "ek.ctx", "-G", "rsa", "-u", "ek.pub");
            tpm.run("tpm2_flushcontext", "-t");
            tpm.run(
                    "tpm2_createak",
                    "-C",
                    "ek.ctx",
                    "-c",
                    "ak.ctx",
                    "-G",
                    key,
                    "-g",
                    "sha256",
                    "-s",
                    scheme,
                    "-u",
                    "ak.pub");
            tpm.run("tpm2_flushcontext", "-t");
            tpm.run("tpm2_pcrextend", "7:sha256=" + LEASE.hex());
            tpm.run(
                    "tpm2_quote",
                    "-c",
                    "ak.ctx",
                    "-l",
                    "sha256:7,8",
                    "-q",
                    nonce.value().hex(),
                    "-m",
                    "attest",
                    "-s",
                    "signature",
                    "-o",
                    "pcrs",
                    "-F",
                    "values",
                    "-g",
                    "sha256",
                    "--scheme",
                    scheme);
        }
        TestCertificates authority = new TestCertificates();
        byte[] file = file(authority).bytes();
        TrustRoots roots = TrustRoots.none().with(EvidenceKind.TPM2_QUOTE, authority.root());

        VerifiedHardware verified = reference(file, LEASE).verify(file, roots, Samples.NOW);
        assertThat(verified.root()).isPresent();
        assertThat(verified.proved())
                .contains("the sha256 PCRs 7, 8 have the values given")
                .anyMatch(line -> line.startsWith("that key is certified up to CN=Test Root"));
        assertThat(verified.unchecked()).noneMatch(line -> line.startsWith("that a TPM holds"));
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                reference(file, new LeaseId(Digest.of(new byte[32])))
                                        .verify(file, roots, Samples.NOW))
                .startsWith("attest.extraData: made for another nonce");
    }

    /** The endorsement key of this TPM is certified here, as its maker would. */
    @Test
    void challenge_isAnsweredByTheTpmOfTheKeyOnly() throws Exception {
        TestCertificates authority = new TestCertificates();
        TrustRoots roots = TrustRoots.none().with(EvidenceKind.TPM2_QUOTE, authority.root());
        try (SoftwareTpm tpm = SoftwareTpm.start(folder)) {
            tpm.run("tpm2_createek", "-c", "ek.ctx", "-G", "rsa", "-f", "pem", "-u", "ek.pem");
            tpm.run("tpm2_flushcontext", "-t");
            createKey(tpm, "ak");
            createKey(tpm, "other");
            TpmChallenge challenge =
                    TpmChallenge.make(
                            endorsement(authority),
                            bytes("ak.pub"),
                            roots,
                            Samples.NOW,
                            new SecureRandom());
            Files.write(folder.resolve("credential"), challenge.credential().toArray());

            assertThat(activate(tpm, "other").exit()).isNotZero();
            assertThat(activate(tpm, "ak").exit()).isZero();
            assertThat(bytes("answer")).isEqualTo(challenge.answer());
            assertThat(challenge.root().name()).isEqualTo("CN=Test Root");
        }
    }

    private static void createKey(SoftwareTpm tpm, String name) throws Exception {
        tpm.run(
                "tpm2_createak",
                "-C",
                "ek.ctx",
                "-c",
                name + ".ctx",
                "-G",
                "ecc",
                "-g",
                "sha256",
                "-s",
                "ecdsa",
                "-u",
                name + ".pub");
        tpm.run("tpm2_flushcontext", "-t");
    }

    private static Program.Output activate(SoftwareTpm tpm, String key) throws Exception {
        tpm.run("tpm2_startauthsession", "--policy-session", "-S", "session");
        tpm.run("tpm2_policysecret", "-S", "session", "-c", "e");
        Program.Output output =
                tpm.tool(
                        "tpm2_activatecredential",
                        "-c",
                        key + ".ctx",
                        "-C",
                        "ek.ctx",
                        "-i",
                        "credential",
                        "-o",
                        "answer",
                        "-P",
                        "session:session");
        tpm.run("tpm2_flushcontext", "session");
        tpm.run("tpm2_flushcontext", "-t");
        return output;
    }

    private List<X509Certificate> endorsement(TestCertificates authority) throws Exception {
        byte[] spki =
                Base64.getMimeDecoder()
                        .decode(
                                Files.readString(folder.resolve("ek.pem"))
                                        .replaceAll("-----[A-Z ]+-----", ""));
        PublicKey key = KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(spki));
        return List.of(authority.leaf(key, TestCertificates.ENDORSEMENT), authority.root());
    }

    /** The quote, with its key certified as the TPM's maker would. */
    private EvidenceFile file(TestCertificates authority) throws Exception {
        PublicKey key = TpmPublic.parse(bytes("ak.pub").toArray()).key();
        return new EvidenceFile(
                EvidenceKind.TPM2_QUOTE,
                Map.of(
                        Part.ATTEST, bytes("attest"),
                        Part.SIGNATURE, bytes("signature"),
                        Part.KEY, bytes("ak.pub"),
                        Part.PCRS, bytes("pcrs")),
                Samples.der(List.of(authority.leaf(key, Map.of()), authority.root())));
    }

    private Bytes bytes(String name) throws IOException {
        return Bytes.copyOf(Files.readAllBytes(folder.resolve(name)));
    }

    private static EvidenceReference reference(byte[] file, LeaseId lease) {
        return new EvidenceReference(
                EvidenceKind.TPM2_QUOTE,
                Digest.sha256(file),
                About.LEASE,
                lease.digest(),
                CHECKPOINT);
    }
}
