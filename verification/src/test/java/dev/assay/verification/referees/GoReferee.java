package dev.assay.verification.referees;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.log.MerkleTree;

import org.junit.jupiter.api.Assumptions;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The program {@code referees/go}: requests to it, and its answers. */
record GoReferee(Path program) {
    static final String OK = "ok";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PACKAGES = "/usr/share/gocode";

    /** Compiles the program; the test is skipped without Go or its library. */
    static GoReferee build(Path folder) throws Exception {
        Program.needs("go");
        Assumptions.assumeTrue(
                Files.isDirectory(Path.of(PACKAGES, "src/golang.org/x/mod/sumdb")),
                "no golang-golang-x-mod-dev");
        Path program = folder.resolve("referee");
        Path cache = Path.of(System.getProperty("java.io.tmpdir"), "go-cache");
        Program.lines(
                Program.referees(),
                Map.of("GO111MODULE", "off", "GOPATH", PACKAGES, "GOCACHE", cache.toString()),
                "",
                "go",
                "build",
                "-o",
                program.toString(),
                "go/main.go");
        return new GoReferee(program);
    }

    /** One answer for each request. */
    List<String> answers(List<ObjectNode> requests) throws Exception {
        StringBuilder in = new StringBuilder();
        requests.forEach(request -> in.append(request).append('\n'));
        List<String> answers =
                Program.lines(program.getParent(), Map.of(), in.toString(), program.toString());
        if (answers.size() != requests.size()) {
            throw new AssertionError(requests.size() + " requests, answered: " + answers);
        }
        return answers;
    }

    /** Notes of every size up to this one, and all proofs between them, by a key of Go's own. */
    static ObjectNode make(int size) {
        return request("make").put("Size", size);
    }

    static ObjectNode note(LogVerifyingKey key, String note) {
        return request("note").put("Vkey", key.vkey()).put("Note", note);
    }

    static ObjectNode log(LogVerifyingKey key, Path folder) {
        return request("log").put("Vkey", key.vkey()).put("Folder", folder.toString());
    }

    /** Whether these hashes lead from this leaf to this root. */
    static ObjectNode inclusion(
            int index, int size, Digest leaf, Digest root, List<Digest> hashes) {
        return proof("inclusion", size, root, hashes).put("Index", index).put("Leaf", base64(leaf));
    }

    /** Whether these hashes lead from the old root to this root. */
    static ObjectNode consistency(
            int old, int size, Digest oldRoot, Digest root, List<Digest> hashes) {
        return proof("consistency", size, root, hashes)
                .put("OldSize", old)
                .put("OldRoot", base64(oldRoot));
    }

    /** The entries that both sides put into logs. */
    static List<byte[]> entries(int first, int count) {
        return IntStream.range(first, first + count)
                .mapToObj(i -> ("entry " + i).getBytes(UTF_8))
                .toList();
    }

    /** Their leaf hashes, from the first. */
    static List<Digest> leafHashes(int count) {
        return entries(0, count).stream().map(MerkleTree::leafHash).toList();
    }

    private static ObjectNode proof(String what, int size, Digest root, List<Digest> hashes) {
        ObjectNode request = request(what).put("Size", size).put("Root", base64(root));
        ArrayNode array = request.putArray("Hashes");
        hashes.forEach(hash -> array.add(base64(hash)));
        return request;
    }

    private static ObjectNode request(String what) {
        return JSON.createObjectNode().put("Do", what);
    }

    private static String base64(Digest digest) {
        return Base64.getEncoder().encodeToString(digest.bytes());
    }
}
