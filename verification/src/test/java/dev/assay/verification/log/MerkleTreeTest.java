package dev.assay.verification.log;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.Vectors;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;

class MerkleTreeTest {
    private static final int SIZES = 66;

    private final List<byte[]> leaves = leaves(SIZES);
    private final List<Digest> hashes = leaves.stream().map(MerkleTree::leafHash).toList();

    @Test
    void root_everySize_isTheRecursiveDefinition() {
        MerkleTree tree = new MerkleTree();
        assertThat(tree.root().hex())
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (int size = 1; size <= SIZES; size++) {
            tree.add(leaves.get(size - 1));

            assertThat(tree.root())
                    .as("size " + size)
                    .isEqualTo(recursiveRoot(hashes.subList(0, size)));
            assertThat(MerkleTree.root(hashes.subList(0, size))).isEqualTo(tree.root());
        }
    }

    @Test
    void inclusion_everyLeafOfEverySize_verifiesUnderThatRootOnly() throws Exception {
        for (int size = 1; size <= SIZES; size++) {
            List<Digest> tree = hashes.subList(0, size);
            Digest root = MerkleTree.root(tree);
            for (int index = 0; index < size; index++) {
                InclusionProof proof = InclusionProof.of(tree, index);

                assertThat(proof.verify(tree.get(index), root).index()).isEqualTo(index);
                assertThat(proof.verify(tree.get(index), root).rootThrough())
                        .isEqualTo(MerkleTree.root(hashes.subList(0, index + 1)));
                Digest other = Digest.sha256(new byte[] {7});
                assertRefused(Code.BAD_PROOF, () -> proof.verify(other, root))
                        .contains("of " + proof.size());
                assertRefused(
                        Code.BAD_PROOF,
                        () -> proof.verify(proof.hashes().isEmpty() ? other : root, root));
            }
        }
    }

    @Test
    void inclusion_claimedAtAnotherPlaceOrLength_isRefused() {
        for (int index = 0; index < SIZES; index++) {
            InclusionProof proof = InclusionProof.of(hashes, index);
            Digest leaf = hashes.get(index);
            Digest root = MerkleTree.root(hashes);
            for (int place = -1; place <= SIZES; place++) {
                if (place != index) {
                    InclusionProof moved = new InclusionProof(place, SIZES, proof.hashes());
                    assertRefused(Code.BAD_PROOF, () -> moved.verify(leaf, root));
                }
            }
            List<Digest> longer = new ArrayList<>(proof.hashes());
            longer.add(root);
            assertRefused(
                    Code.BAD_PROOF,
                    () -> new InclusionProof(proof.index(), SIZES, longer).verify(leaf, root));
            List<Digest> shorter = proof.hashes().subList(1, proof.hashes().size());
            assertRefused(
                    Code.BAD_PROOF,
                    () -> new InclusionProof(proof.index(), SIZES, shorter).verify(leaf, root));
        }
    }

    @Test
    void inclusion_innerNodePresentedAsLeaf_isRefused() {
        // The second-preimage attack that the prefixes 00 and 01 exist for.
        Digest left = hashes.get(0);
        Digest right = hashes.get(1);
        byte[] node = new byte[64];
        System.arraycopy(left.bytes(), 0, node, 0, 32);
        System.arraycopy(right.bytes(), 0, node, 32, 32);
        Digest root = MerkleTree.root(List.of(left, right));

        assertRefused(
                Code.BAD_PROOF,
                () -> new InclusionProof(0, 1, List.of()).verify(MerkleTree.leafHash(node), root));
    }

    @Test
    void consistency_everyPairOfSizes_verifiesUnderTheirRootsOnly() throws Exception {
        ProofBuilder.Subtrees<RuntimeException> subtrees =
                (height, index) ->
                        MerkleTree.root(
                                hashes.subList((int) index << height, (int) (index + 1) << height));
        for (int size2 = 1; size2 <= SIZES; size2++) {
            Digest root2 = MerkleTree.root(hashes.subList(0, size2));
            for (int size1 = 1; size1 <= size2; size1++) {
                Digest root1 = MerkleTree.root(hashes.subList(0, size1));
                ConsistencyProof proof =
                        new ConsistencyProof(
                                size1, size2, ProofBuilder.consistency(subtrees, size1, size2));

                assertThat(proof.verify(root1, root2).size2()).isEqualTo(size2);
                Digest forked = Digest.sha256(new byte[] {7});
                assertRefused(Code.BAD_PROOF, () -> proof.verify(forked, root2));
                assertRefused(Code.BAD_PROOF, () -> proof.verify(root1, forked));
            }
        }
    }

    @Test
    void consistency_fromAnEmptyTree_isRefused() {
        Digest root = MerkleTree.root(hashes);

        assertRefused(
                Code.BAD_PROOF, () -> new ConsistencyProof(0, SIZES, List.of()).verify(root, root));
        assertRefused(
                Code.BAD_PROOF, () -> new ConsistencyProof(2, 1, List.of()).verify(root, root));
    }

    @Test
    void unitLeaf_bytes_areIndexInputOutput() throws Exception {
        Digest input = Digest.sha256(new byte[] {1});
        Digest output = Digest.sha256(new byte[] {2});

        byte[] bytes = new UnitLeaf(258, input, output).bytes();

        assertThat(bytes).hasSize(72).startsWith(0, 0, 0, 0, 0, 0, 1, 2).endsWith(output.bytes());
        List<Digest> units =
                List.of(
                        new UnitLeaf(0, input, output).hash(),
                        new UnitLeaf(1, output, input).hash());
        assertThat(InclusionProof.of(units, 1).verify(units.get(1), MerkleTree.root(units)).index())
                .isEqualTo(1);
    }

    /** transparency-dev/merkle: 98 inclusion proofs. */
    @Test
    void inclusion_publishedVectors_areJudgedAsTheySay() throws Exception {
        int cases = 0;
        for (JsonNode test : Vectors.read("rfc6962/inclusion.json")) {
            VectorCheck check =
                    () ->
                            new InclusionProof(
                                            u64(test, "leafIdx"),
                                            u64(test, "treeSize"),
                                            proof(test))
                                    .verify(hash(test.get("leafHash")), hash(test.get("root")));
            assertThat(accepts(check))
                    .as(test.toString())
                    .isEqualTo(!test.get("wantErr").asBoolean());
            cases++;
        }
        assertThat(cases).isEqualTo(98);
    }

    /** transparency-dev/merkle: 98 consistency proofs. */
    @Test
    void consistency_publishedVectors_areJudgedAsTheySay() throws Exception {
        int cases = 0;
        for (JsonNode test : Vectors.read("rfc6962/consistency.json")) {
            VectorCheck check =
                    () ->
                            new ConsistencyProof(
                                            u64(test, "size1"), u64(test, "size2"), proof(test))
                                    .verify(root(test.get("root1")), root(test.get("root2")));
            assertThat(accepts(check))
                    .as(test.toString())
                    .isEqualTo(!test.get("wantErr").asBoolean());
            cases++;
        }
        assertThat(cases).isEqualTo(98);
    }

    @Test
    void inclusion_ofNoSuchLeaf_isAProgrammingError() {
        assertThatThrownBy(() -> InclusionProof.of(hashes, SIZES))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    static List<byte[]> leaves(int count) {
        Random random = new Random(6962);
        List<byte[]> leaves = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] leaf = new byte[random.nextInt(40)];
            random.nextBytes(leaf);
            leaves.add(leaf);
        }
        return leaves;
    }

    /** MTH as RFC 6962, clause 2.1, defines it. */
    static Digest recursiveRoot(List<Digest> hashes) {
        if (hashes.size() == 1) {
            return hashes.getFirst();
        }
        int split = 1;
        while (2 * split < hashes.size()) {
            split *= 2;
        }
        byte[] left = recursiveRoot(hashes.subList(0, split)).bytes();
        byte[] right = recursiveRoot(hashes.subList(split, hashes.size())).bytes();
        return Digest.sha256(new byte[] {1}, left, right);
    }

    private interface VectorCheck {
        Object run() throws VerificationException;
    }

    /** A hash of another length than 32 bytes is refused by the type itself. */
    private static boolean accepts(VectorCheck check) {
        try {
            check.run();
            return true;
        } catch (VerificationException | IllegalArgumentException e) {
            return false;
        }
    }

    private static long u64(JsonNode test, String field) {
        return new BigInteger(test.get(field).asText()).longValue();
    }

    private static List<Digest> proof(JsonNode test) {
        List<Digest> hashes = new ArrayList<>();
        test.get("proof").forEach(node -> hashes.add(hash(node)));
        return hashes;
    }

    private static Digest hash(JsonNode base64) {
        return Digest.of(Base64.getDecoder().decode(base64.asText()));
    }

    /**
     * Some vectors have texts for roots, since only their equality counts; their digests stand for
     * them.
     */
    private static Digest root(JsonNode base64) {
        byte[] bytes = Base64.getDecoder().decode(base64.asText());
        return bytes.length == Digest.BYTES ? Digest.of(bytes) : Digest.sha256(bytes);
    }
}
