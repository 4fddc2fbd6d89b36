package dev.assay.verification.referees;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.Base64;

/** A bundle's JSON, to be changed in one place. */
record BundleTwins(ObjectNode json) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    static BundleTwins of(byte[] bundle) throws Exception {
        return new BundleTwins((ObjectNode) MAPPER.readTree(bundle));
    }

    byte[] bytes() throws Exception {
        return MAPPER.writeValueAsBytes(json);
    }

    /** Sets the field that a JSON pointer such as {@code /a/0/b} leads to. */
    BundleTwins set(String pointer, String value) {
        int last = pointer.lastIndexOf('/');
        String name = pointer.substring(last + 1);
        JsonNode parent = json.at(pointer.substring(0, last));
        switch (parent) {
            case ObjectNode object when object.has(name) -> object.put(name, value);
            case ArrayNode array when array.size() > Integer.parseInt(name) ->
                    array.set(Integer.parseInt(name), value);
            default -> throw new AssertionError("no " + pointer);
        }
        return this;
    }

    BundleTwins remove(String pointer) {
        int last = pointer.lastIndexOf('/');
        ((ObjectNode) json.at(pointer.substring(0, last))).remove(pointer.substring(last + 1));
        return this;
    }

    ArrayNode array(String pointer) {
        return (ArrayNode) json.at(pointer);
    }

    /** Replaces one line of the checkpoint. */
    BundleTwins note(int line, String value) {
        String pointer = SigstoreRefereeTest.PROOF + "/checkpoint/envelope";
        String[] lines = json.at(pointer).textValue().split("\n", -1);
        lines[line] = value;
        return set(pointer, String.join("\n", lines));
    }

    /** A leaf that says the same in other bytes. */
    BundleTwins spaceInTheLeaf() {
        String pointer = SigstoreRefereeTest.ENTRY + "/canonicalizedBody";
        byte[] leaf = Base64.getDecoder().decode(json.at(pointer).textValue());
        return set(pointer, base64((" " + new String(leaf, UTF_8)).getBytes(UTF_8)));
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
