package dev.assay.verification.attacks;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.verification.VerificationException;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.dsse.Envelope;

import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A statement that was changed in some places and signed again, as a patch shows it. */
final class SignedChange {
    private static final String PAYLOAD = "payload";
    private static final String SIGNATURE = "sig";
    private static final String SIGNER = "keyid";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private SignedChange() {}

    static boolean isOne(JsonNode change) {
        return change.has(PAYLOAD);
    }

    static boolean isIndex(String name) {
        return name.equals(EvidenceLayout.INDEX);
    }

    /** How the second envelope differs from the first; empty when it cannot be shown like this. */
    static Optional<ObjectNode> between(
            String name, byte[] before, byte[] after, Map<String, byte[]> files) {
        try {
            Envelope base = Envelope.parse(isIndex(name) ? naming(before, files) : before);
            Envelope changed = Envelope.parse(after);
            ObjectNode json = MAPPER.createObjectNode();
            differences(
                    MAPPER.readTree(base.payload()),
                    MAPPER.readTree(changed.payload()),
                    "",
                    json.putObject(PAYLOAD));
            if (!changed.keyId().equals(base.keyId())) {
                json.put(SIGNER, changed.keyId().hex());
            }
            json.put(SIGNATURE, Base64.getEncoder().encodeToString(changed.signature().der()));
            byte[] again = apply(base.bytes(), json);
            return Arrays.equals(again, after) ? Optional.of(json) : Optional.empty();
        } catch (VerificationException | IOException e) {
            return Optional.empty();
        }
    }

    /** The envelope with the changes made, and the signature that was given to it. */
    static byte[] apply(byte[] envelope, JsonNode change) {
        try {
            Envelope before = Envelope.parse(envelope);
            JsonNode payload = MAPPER.readTree(before.payload());
            for (Map.Entry<String, JsonNode> place : change.path(PAYLOAD).properties()) {
                put(payload, JsonPointer.compile(place.getKey()), place.getValue());
            }
            return envelope(
                    CanonicalJson.bytes(payload),
                    change.path(SIGNER).asText(before.keyId().hex()),
                    change.path(SIGNATURE).textValue());
        } catch (VerificationException | IOException e) {
            throw new IllegalArgumentException("not a patch of this envelope: " + change, e);
        }
    }

    /** An index, made to name these files; its signature is not that of any more. */
    static byte[] naming(byte[] index, Map<String, byte[]> files) {
        try {
            Envelope before = Envelope.parse(index);
            ObjectNode payload = (ObjectNode) MAPPER.readTree(before.payload());
            ArrayNode subjects = payload.putArray("subject");
            new TreeMap<>(files)
                    .forEach(
                            (name, bytes) -> {
                                if (!isIndex(name)) {
                                    subjects.addObject()
                                            .put("name", name)
                                            .putObject("digest")
                                            .put("sha256", Digest.sha256(bytes).hex());
                                }
                            });
            return envelope(
                    CanonicalJson.bytes(payload),
                    before.keyId().hex(),
                    Base64.getEncoder().encodeToString(before.signature().der()));
        } catch (VerificationException | IOException e) {
            throw new IllegalArgumentException("not an index", e);
        }
    }

    private static void differences(JsonNode before, JsonNode after, String at, ObjectNode found) {
        if (before.equals(after)) {
            return;
        }
        if (before.isObject() && after.isObject() && names(before).equals(names(after))) {
            after.properties()
                    .forEach(
                            field ->
                                    differences(
                                            before.path(field.getKey()),
                                            field.getValue(),
                                            at + "/" + field.getKey(),
                                            found));
        } else if (before.isArray() && after.isArray() && before.size() == after.size()) {
            for (int i = 0; i < after.size(); i++) {
                differences(before.path(i), after.path(i), at + "/" + i, found);
            }
        } else {
            found.set(at, after);
        }
    }

    private static java.util.Set<String> names(JsonNode object) {
        return object.properties().stream()
                .map(Map.Entry::getKey)
                .collect(java.util.stream.Collectors.toSet());
    }

    private static void put(JsonNode json, JsonPointer place, JsonNode value) {
        switch (json.at(place.head())) {
            case ObjectNode object -> object.set(place.last().getMatchingProperty(), value);
            case ArrayNode array -> array.set(place.last().getMatchingIndex(), value);
            case JsonNode other -> throw new IllegalArgumentException(place + " in " + other);
        }
    }

    private static byte[] envelope(byte[] payload, String keyId, String signature) {
        return Generator.bytes(
                "{\"payload\":\""
                        + Base64.getEncoder().encodeToString(payload)
                        + "\",\"payloadType\":\""
                        + Envelope.PAYLOAD_TYPE
                        + "\",\"signatures\":[{\"keyid\":\""
                        + keyId
                        + "\",\"sig\":\""
                        + signature
                        + "\"}]}");
    }
}
