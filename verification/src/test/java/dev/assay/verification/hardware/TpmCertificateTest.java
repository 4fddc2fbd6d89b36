package dev.assay.verification.hardware;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;

/** Certificates of attestation keys, as the maker of a TPM or a cloud issues them. */
class TpmCertificateTest {
    private final TestCertificates authority = new TestCertificates();

    @ParameterizedTest
    @ValueSource(strings = {"rsassa", "rsapss", "ecdsa"})
    void key_thatIsCertified_isNamedWithItsRoot(String scheme) throws VerificationException {
        VerifiedHardware verified = verify(scheme, certificate(scheme), authority.root());

        assertThat(verified.root().orElseThrow().name()).isEqualTo("CN=Test Root");
        assertThat(verified.unchecked()).contains("whether a certificate was revoked");
    }

    @Test
    void certificate_ofAnotherKey_isRefused() {
        assertRefused(Code.BAD_KEY, () -> verify("ecdsa", certificate("rsassa"), authority.root()))
                .isEqualTo("certificates[0]: certifies another key than the one that signed");
    }

    /** What the same authority certifies for other uses, a web server's key for one, is none. */
    @Test
    void certificate_forAnotherPurpose_isRefused() throws VerificationException {
        X509Certificate server = certificate("ecdsa", KeyPurposeId.id_kp_serverAuth);
        X509Certificate attestation =
                certificate(
                        "ecdsa",
                        KeyPurposeId.getInstance(new ASN1ObjectIdentifier("2.23.133.8.3")));

        assertRefused(Code.BAD_KEY, () -> verify("ecdsa", server, authority.root()))
                .startsWith("certificates[0]: for [1.3.6.1.5.5.7.3.1], not for an attestation key");
        assertThat(verify("ecdsa", attestation, authority.root()).root()).isPresent();
    }

    @Test
    void certificate_ofAShortRsaKey_isRefused() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        List<X509Certificate> chain =
                List.of(
                        authority.leaf(generator.generateKeyPair().getPublic(), Map.of()),
                        authority.root());

        assertRefused(Code.BAD_KEY, () -> verified(chain))
                .isEqualTo("test: certificate 0 has an RSA key of less than 2048 bits");
    }

    @Test
    void certificate_signedWithSha1_isRefused() {
        for (TestCertificates old :
                List.of(TestCertificates.signingWithSha1(), TestCertificates.statingNoHash())) {
            List<X509Certificate> chain =
                    List.of(
                            old.leaf(TestCertificates.ecKey("secp256r1").getPublic(), Map.of()),
                            old.root());

            assertRefused(Code.BAD_KEY, () -> verified(chain))
                    .isEqualTo("test: certificate 0 is signed with SHA-1");
        }
    }

    private static TrustRoots.Root verified(List<X509Certificate> chain)
            throws VerificationException {
        return new CertificateChain("test", chain)
                .verify(
                        EvidenceKind.TPM2_QUOTE,
                        TrustRoots.none().with(EvidenceKind.TPM2_QUOTE, chain.getLast()),
                        Samples.NOW);
    }

    @Test
    void certificate_byAnotherAuthorityOfTheSameName_isRefused() {
        assertRefused(
                        Code.UNKNOWN_ROOT,
                        () -> verify("ecdsa", certificate("ecdsa"), new TestCertificates().root()))
                .contains("which is no root that is trusted for TPM 2.0 quotes");
    }

    @Test
    void certificate_alone_isRefused() throws VerificationException {
        EvidenceFile quote = Samples.tpm("ecdsa");
        EvidenceFile alone =
                new EvidenceFile(
                        quote.kind(), quote.parts(), Samples.der(List.of(certificate("ecdsa"))));

        assertRefused(
                        Code.BAD_KEY,
                        () ->
                                alone.evidence()
                                        .verify(Samples.TPM_NONCE, TrustRoots.none(), Samples.NOW))
                .startsWith("certificates: 1 certificates; needed are those from the signer's");
    }

    @Test
    void challenge_toAKeyThatIsNoEndorsementKey_isRefused() throws VerificationException {
        assertRefused(Code.BAD_KEY, () -> challenge(certificate("rsassa")))
                .isEqualTo(
                        "endorsement key[0]: no certificate of an endorsement key (2.23.133.8.1)");
        X509Certificate ecc =
                authority.leaf(
                        TestCertificates.ecKey("secp256r1").getPublic(),
                        TestCertificates.ENDORSEMENT);
        assertRefused(Code.BAD_KEY, () -> challenge(ecc))
                .startsWith("endorsement key[0]: not RSA of 2048 bits");
    }

    @Test
    void challenge_upToARootThatIsNotTrusted_isRefused() {
        assertRefused(
                        Code.UNKNOWN_ROOT,
                        () ->
                                TpmChallenge.make(
                                        List.of(certificate("rsassa"), authority.root()),
                                        Samples.file("tpm/ecdsa.pub"),
                                        TrustRoots.published(),
                                        Samples.NOW,
                                        new SecureRandom()))
                .contains("ends at CN=Test Root, which is no root that is trusted");
    }

    private TpmChallenge challenge(X509Certificate endorsement) throws VerificationException {
        return TpmChallenge.make(
                List.of(endorsement, authority.root()),
                Samples.file("tpm/ecdsa.pub"),
                TrustRoots.none().with(EvidenceKind.TPM2_QUOTE, authority.root()),
                Samples.NOW,
                new SecureRandom());
    }

    private X509Certificate certificate(String scheme, KeyPurposeId... purposes)
            throws VerificationException {
        PublicKey key = TpmPublic.parse(Samples.file("tpm/" + scheme + ".pub").toArray()).key();
        return authority.leaf(
                key,
                purposes.length == 0
                        ? Map.of()
                        : Map.of(
                                Extension.extendedKeyUsage.getId(),
                                new ExtendedKeyUsage(purposes)));
    }

    private VerifiedHardware verify(
            String scheme, X509Certificate certificate, X509Certificate trusted)
            throws VerificationException {
        EvidenceFile quote = Samples.tpm(scheme);
        return new EvidenceFile(
                        quote.kind(),
                        quote.parts(),
                        Samples.der(List.of(certificate, authority.root())))
                .evidence()
                .verify(
                        Samples.TPM_NONCE,
                        TrustRoots.none().with(EvidenceKind.TPM2_QUOTE, trusted),
                        Samples.NOW);
    }
}
