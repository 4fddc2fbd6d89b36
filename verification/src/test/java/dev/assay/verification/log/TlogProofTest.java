package dev.assay.verification.log;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;

import org.erdtman.jcs.JsonCanonicalizer;
import org.junit.jupiter.api.Test;

import java.security.SecureRandom;
import java.util.List;

class TlogProofTest {
    private final LogSigningKey key = TransparencyLogTest.newKey();
    private final List<byte[]> leaves = MerkleTreeTest.leaves(7);
    private final TlogProof proof = proof(5);
    private final String text = new String(proof.bytes(), UTF_8);

    @Test
    void verify_loggedLeaf_givesItsPlace() throws Exception {
        LoggedLeaf logged =
                TlogProof.parse(proof.bytes()).verify(leaves.get(5), key.verifyingKey());

        assertThat(logged.index()).isEqualTo(5);
        assertThat(logged.leafHash()).isEqualTo(MerkleTree.leafHash(leaves.get(5)));
        assertThat(text)
                .startsWith("c2sp.org/tlog-proof@v1\nindex 5\n")
                .contains("\n\nlog.example/2026\n7\n");
    }

    @Test
    void verify_anotherLeaf_isRefused() {
        assertRefused(Code.BAD_PROOF, () -> proof.verify(leaves.get(4), key.verifyingKey()));
    }

    @Test
    void verify_anyFlippedBit_isRefused() {
        byte[] bytes = proof.bytes();
        for (int i = 0; i < 8 * bytes.length; i++) {
            byte[] flipped = bytes.clone();
            flipped[i / 8] ^= (byte) (1 << (i % 8));
            assertThatThrownBy(
                            () ->
                                    TlogProof.parse(flipped)
                                            .verify(leaves.get(5), key.verifyingKey()))
                    .as("bit " + i)
                    .isInstanceOf(VerificationException.class);
        }
    }

    @Test
    void verify_onlyLeafOfALog_needsNoHashes() throws Exception {
        Digest root = MerkleTree.leafHash(leaves.getFirst());
        SignedNote note = SignedNote.sign(new LogCheckpoint(key.origin(), 1, root), key);
        TlogProof single = TlogProof.parse(new TlogProof(0, List.of(), note).bytes());

        assertThat(single.verify(leaves.getFirst(), key.verifyingKey()).index()).isZero();
    }

    @Test
    void parse_anotherFormOfTheSameProof_isRefused() {
        refused(text.replace("index 5", "index 05"));
        refused(text.replace("index 5", "index -5"));
        refused(text.replace("index 5", "index  5"));
        refused(text.replace("index 5", "index 9223372036854775808"));
        refused(text.replace("index 5", "extra AAAA\nindex 5"));
        refused(text.replace("@v1", "@v2"));
        refused(text.replace("\n", "\r\n"));
        refused(
                text.replace(
                        "index 5\n", "index 5\n" + "A".repeat(43) + "=\n".repeat(1) + "AAAA\n"));
        refused(text.replace("index 5\n", "index 5\n" + ("A".repeat(43) + "=\n").repeat(64)));
        refused("");
        refused("\n\n");
        assertRefused(Code.BAD_CHECKPOINT, () -> TlogProof.parse((text + "\n").getBytes(UTF_8)));
        assertRefused(Code.TOO_LARGE, () -> TlogProof.parse(new byte[TlogProof.MAX_BYTES + 1]));
    }

    @Test
    void logLeaf_ofAnEnvelope_isCanonicalJsonWithoutThePayload() throws Exception {
        SigningKey signer = SigningKey.create(new SecureRandom());
        Envelope envelope = Envelope.sign("{\"price\":\"12\"}".getBytes(UTF_8), signer);

        byte[] leaf = LogLeaf.of(envelope, signer.verifyingKey());

        assertThat(new JsonCanonicalizer(leaf).getEncodedUTF8()).isEqualTo(leaf);
        assertThat(new String(leaf, UTF_8))
                .startsWith(
                        "{\"apiVersion\":\"0.0.2\",\"kind\":\"dsse\",\"spec\":{\"dsseV002\":{\"payloadHash\":")
                .contains(
                        "\"verifier\":{\"keyDetails\":\"PKIX_ECDSA_P256_SHA_256\",\"publicKey\":{\"rawBytes\":\"MFkw")
                .endsWith("\"}}}]}}}")
                .doesNotContain("price");
        assertThat(leaf.length).isBetween(475, 490);
    }

    private TlogProof proof(int index) {
        List<Digest> hashes = leaves.stream().map(MerkleTree::leafHash).toList();
        LogCheckpoint checkpoint =
                new LogCheckpoint(key.origin(), leaves.size(), MerkleTree.root(hashes));
        return new TlogProof(
                index, InclusionProof.of(hashes, index).hashes(), SignedNote.sign(checkpoint, key));
    }

    private static void refused(String text) {
        assertRefused(Code.BAD_ENCODING, () -> TlogProof.parse(text.getBytes(UTF_8)));
    }
}
