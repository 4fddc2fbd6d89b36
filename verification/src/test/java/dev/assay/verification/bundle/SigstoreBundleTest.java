package dev.assay.verification.bundle;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.StrictJson;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.check.TinyModel;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.TlogProof;
import dev.assay.verification.log.TransparencyLog;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

class SigstoreBundleTest {
    private static final int ENTRIES_BEFORE = 1000;

    @TempDir Path directory;
    private final SigningKey stranger = SigningKey.create(new SecureRandom());
    private Papers papers;
    private LogSigningKey log;
    private SigstoreBundle bundle;
    private String json;

    @BeforeEach
    void aReceiptInALog() throws Exception {
        papers = new Papers();
        log = LogSigningKey.create("local.assay/log-0123456789abcdef", new SecureRandom());
        Envelope receipt =
                papers.chain(TinyModel.output()).head().orElseThrow().statement().envelope();
        bundle = logged(receipt, papers.provider);
        json = new String(bundle.bytes(), UTF_8);
    }

    @Test
    void bytes_ofAReceipt_areCanonicalJson() throws Exception {
        assertThat(CanonicalJson.bytes(StrictJson.object(bundle.bytes(), 4096, "bundle")))
                .isEqualTo(bundle.bytes());
        assertThat(json)
                .contains("\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\"")
                .contains("\"publicKey\":{\"hint\":\"" + papers.provider.keyId().hex() + "\"}");
    }

    @Test
    void bytes_ofAReceiptInALogOfAMillion_areAtMostFourKilobytes() {
        Digest hash = Digest.sha256(new byte[0]);
        SignedNote note = SignedNote.sign(new LogCheckpoint(log.origin(), 1_000_000, hash), log);
        TlogProof proof = new TlogProof(999_998, Collections.nCopies(20, hash), note);
        SigstoreBundle large =
                SigstoreBundle.of(bundle.envelope(), bundle.key(), proof, log.verifyingKey());

        assertThat(large.bytes()).hasSizeLessThanOrEqualTo(4096);
    }

    @Test
    void parse_whatWasWritten_verifies() throws Exception {
        SigstoreBundle parsed = SigstoreBundle.parse(bundle.bytes());
        VerifiedBundle verified = parsed.verify(papers.provider.verifyingKey(), log.verifyingKey());

        assertThat(parsed.bytes()).isEqualTo(bundle.bytes());
        assertThat(verified.envelope().signer()).isEqualTo(papers.provider.keyId());
        assertThat(verified.logged().index()).isEqualTo(ENTRIES_BEFORE);
    }

    @Test
    void verify_withAnotherKeyOrLog_isRefused() throws Exception {
        LogSigningKey other = LogSigningKey.create(log.origin(), new SecureRandom());

        assertRefused(
                Code.BAD_KEY, () -> bundle.verify(stranger.verifyingKey(), log.verifyingKey()));
        assertRefused(
                        Code.BAD_KEY,
                        () -> bundle.verify(papers.provider.verifyingKey(), other.verifyingKey()))
                .contains("the bundle names log id");
    }

    /** A stranger's signature of the same statement, with the honest signature's proof. */
    @Test
    void verify_proofOfAnotherSignature_isRefused() throws Exception {
        Envelope forged = Envelope.sign(bundle.envelope().payload(), stranger);
        SigstoreBundle twin =
                SigstoreBundle.of(
                        forged, stranger.verifyingKey(), bundle.proof(), log.verifyingKey());

        assertRefused(
                Code.BAD_PROOF,
                () ->
                        SigstoreBundle.parse(twin.bytes())
                                .verify(stranger.verifyingKey(), log.verifyingKey()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "bundle.v0.3+json | bundle.v0.2+json | bundle.mediaType",
                "\"kind\":\"dsse\" | \"kind\":\"intoto\" | kindVersion.kind",
                "\"version\":\"0.0.2\" | \"version\":\"0.0.1\" | kindVersion.version",
                "\"logIndex\":\"1000\",\"rootHash\" | \"logIndex\":\"999\",\"rootHash\" | logIndex",
                "\"logIndex\":\"1000\"}] | \"logIndex\":\"999\"}] | logIndex",
                "\"logIndex\":\"1000\"}] | \"logIndex\":1000}] | logIndex: expected a string",
                "\"treeSize\":\"1001\" | \"treeSize\":\"1002\" | treeSize",
                "\"hint\":\" | \"hint\":\"0 | publicKey.hint",
                "\"hashes\":[ | \"hashes\":[\"AAAA\", | 32 bytes",
                "\"hashes\":[ | \"hashes\":[7, | an array of strings",
                "\"tlogEntries\":[ | \"tlogEntries\":[{}, | 2 entries, expected one",
                "{\"dsseEnvelope\" | {\"a\":1,\"dsseEnvelope\" | bundle.a: unknown field",
                "{\"hint\" | {\"a\":1,\"hint\" | publicKey.a: unknown field",
                "{\"checkpoint\" | {\"a\":1,\"checkpoint\" | inclusionProof.a: unknown field",
                "\"mediaType\": | \"mediaType\":\"\",\"mediaType\": | Duplicate field",
                "{\"dsseEnvelope\" | { \"dsseEnvelope\" | not in canonical form",
                "\"canonicalizedBody\":\"eyJ | \"canonicalizedBody\":\"fyJ | not that of the"
                        + " envelope",
                "\"canonicalizedBody\":\" | \"canonicalizedBody\":\"* | tlogEntries[0]",
            })
    void parse_changedBundle_isRefused(String from, String to, String message) {
        assertThat(json).contains(from);
        assertRefused(
                        Code.BAD_ENCODING,
                        () -> SigstoreBundle.parse(json.replace(from, to).getBytes(UTF_8)))
                .contains(message);
    }

    @Test
    void parse_anyByteChanged_isRefusedOrDoesNotVerify() {
        byte[] bytes = bundle.bytes();
        for (int at = 0; at < bytes.length; at++) {
            byte[] changed = bytes.clone();
            changed[at] ^= 1;
            assertThat(refused(changed)).as("byte %d", at).isTrue();
        }
    }

    @Test
    void parse_cutOrTooLarge_isRefused() {
        for (int length = 0; length < bundle.bytes().length; length += 7) {
            assertThat(refused(Arrays.copyOf(bundle.bytes(), length))).isTrue();
        }
        assertRefused(
                Code.TOO_LARGE, () -> SigstoreBundle.parse(new byte[SigstoreBundle.MAX_BYTES + 1]));
    }

    private boolean refused(byte[] bytes) {
        try {
            SigstoreBundle.parse(bytes).verify(papers.provider.verifyingKey(), log.verifyingKey());
            return false;
        } catch (VerificationException e) {
            return true;
        }
    }

    private SigstoreBundle logged(Envelope envelope, SigningKey signer) throws Exception {
        try (TransparencyLog entries = TransparencyLog.open(directory.resolve("log"), log)) {
            List<byte[]> before =
                    IntStream.range(0, ENTRIES_BEFORE)
                            .mapToObj(i -> ("entry " + i).getBytes(UTF_8))
                            .toList();
            entries.append(before);
            long index =
                    entries.append(List.of(LogLeaf.of(envelope, signer.verifyingKey()))).first();
            TlogProof proof = entries.proof(index);
            return SigstoreBundle.of(envelope, signer.verifyingKey(), proof, log.verifyingKey());
        }
    }
}
