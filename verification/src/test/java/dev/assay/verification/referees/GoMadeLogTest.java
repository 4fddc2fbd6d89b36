package dev.assay.verification.referees;

import static dev.assay.verification.Refusals.assertRefused;
import static dev.assay.verification.referees.GoReferee.leafHashes;
import static dev.assay.verification.referees.Tampered.flipped;
import static dev.assay.verification.referees.Tampered.twins;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.log.ConsistencyProof;
import dev.assay.verification.log.InclusionProof;
import dev.assay.verification.log.LoggedLeaf;
import dev.assay.verification.log.MerkleTree;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.TlogProof;
import dev.assay.verification.log.VerifiedCheckpoint;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** We judge the notes and proofs that Go's checksum database makes. */
class GoMadeLogTest {
    private static final int LEAVES = 40;

    @TempDir static Path built;
    private static JsonNode made;
    private static LogVerifyingKey key;

    private final List<Digest> leaves = leafHashes(LEAVES);

    @BeforeAll
    static void make() throws Exception {
        GoReferee go = GoReferee.build(built);
        made = new ObjectMapper().readTree(go.answers(List.of(GoReferee.make(LEAVES))).getFirst());
        key = LogVerifyingKey.parse(made.get("Vkey").asText());
    }

    @Test
    void notes_thatGoSigned_areVerified_andTamperedTwinsAreRefused() throws Exception {
        for (int size = 1; size <= LEAVES; size++) {
            VerifiedCheckpoint checkpoint = note(size).verify(key);
            assertThat(checkpoint.size()).isEqualTo(size);
            assertThat(checkpoint.root()).isEqualTo(root(size));
            String text = text(size);
            assertThat(new String(note(size).bytes(), UTF_8)).isEqualTo(text);
            SignedNote twin = parse(text.replaceFirst("\n" + size + "\n", "\n77\n"));
            assertRefused(Code.BAD_SIGNATURE, () -> twin.verify(key));
        }
    }

    @Test
    void inclusionProofs_thatGoMade_areVerified_andTamperedTwinsAreRefused() throws Exception {
        JsonNode proofs = made.get("Inclusions");
        assertThat(proofs).hasSize(LEAVES * (LEAVES + 1) / 2);
        for (JsonNode proof : proofs) {
            int size = proof.get("Size").asInt();
            int index = proof.get("Index").asInt();
            List<Digest> hashes = hashes(proof);
            byte[] leaf = GoReferee.entries(index, 1).getFirst();
            LoggedLeaf logged = new TlogProof(index, hashes, note(size)).verify(leaf, key);
            assertThat(logged.leafHash()).isEqualTo(leaves.get(index));
            for (List<Digest> twin : twins(hashes)) {
                InclusionProof tampered = new InclusionProof(index, size, twin);
                assertRefused(Code.BAD_PROOF, () -> tampered.verify(leaves.get(index), root(size)));
            }
        }
    }

    @Test
    void consistencyProofs_thatGoMade_areVerified_andTamperedTwinsAreRefused() throws Exception {
        JsonNode proofs = made.get("Consistencies");
        assertThat(proofs).hasSize(LEAVES * (LEAVES + 1) / 2);
        for (JsonNode proof : proofs) {
            int size = proof.get("Size").asInt();
            int old = proof.get("OldSize").asInt();
            List<Digest> hashes = hashes(proof);
            ConsistencyProof honest = new ConsistencyProof(old, size, hashes);
            honest.verify(root(old), root(size));
            assertRefused(Code.BAD_PROOF, () -> honest.verify(flipped(root(old)), root(size)));
            for (List<Digest> twin : twins(hashes)) {
                ConsistencyProof tampered = new ConsistencyProof(old, size, twin);
                assertRefused(Code.BAD_PROOF, () -> tampered.verify(root(old), root(size)));
            }
        }
    }

    private Digest root(int size) {
        return MerkleTree.root(leaves.subList(0, size));
    }

    private static SignedNote note(int size) throws Exception {
        return parse(text(size));
    }

    private static String text(int size) {
        return made.get("Notes").get(size - 1).asText();
    }

    private static SignedNote parse(String note) throws Exception {
        return SignedNote.parse(note.getBytes(UTF_8));
    }

    private static List<Digest> hashes(JsonNode proof) {
        List<Digest> hashes = new ArrayList<>();
        for (JsonNode hash : proof.get("Hashes")) {
            hashes.add(Digest.of(Base64.getDecoder().decode(hash.asText())));
        }
        return hashes;
    }
}
