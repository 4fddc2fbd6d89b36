package dev.assay.protocol.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the containers of a job left, one after the other: the output file of a container job.
 *
 * <pre>
 * {"image":"sha256:…","units":[{"cause":"done","exitCode":0,"index":0,"log":"sha256:…",
 *  "outputs":"sha256:…"}],"version":"assay/container-result/v1"}
 * </pre>
 *
 * @param image the image's id: the digest of its configuration, which names its layers by digest
 */
public record ContainerResult(Digest image, List<Unit> units) {
    /** The most bytes that a result of the largest array has. */
    public static final long MAX_BYTES = 64L << 20;

    /** The most bytes that a unit has. */
    public static final int MAX_UNIT_BYTES = 1 << 10;

    private static final String VERSION = "assay/container-result/v1";

    /**
     * How one container ended.
     *
     * @param cause {@code done}, or why it did not end well
     * @param exitCode of its program; −1 when it was not told
     * @param log the blob with its log
     * @param outputs the blob with the manifest of its outputs; only when it is done
     */
    public record Unit(
            int index, String cause, int exitCode, Digest log, Optional<Digest> outputs) {
        /** The cause of a container that ended well. */
        public static final String DONE = "done";

        private static final Pattern CAUSE = Pattern.compile("[a-z_]{1,32}");

        public Unit {
            if (!CAUSE.matcher(cause).matches() || cause.equals(DONE) != outputs.isPresent()) {
                throw new IllegalArgumentException(
                        "a container that is done has outputs, and only that one; a cause is a"
                                + " word");
            }
        }

        public boolean done() {
            return cause.equals(DONE);
        }

        /** What the result commits to for this unit: the SHA-256 of {@link #bytes}. */
        public Digest digest() {
            return CanonicalJson.digest(json());
        }

        /** The canonical bytes. */
        public byte[] bytes() {
            return CanonicalJson.bytes(json());
        }

        /** Reads what {@link #bytes} writes. */
        public static Unit parse(byte[] bytes) throws JsonException {
            JsonFields json =
                    JsonFields.of(
                            StrictJson.canonicalObject(bytes, MAX_UNIT_BYTES, "unit"), "unit");
            try {
                return parse(json);
            } catch (IllegalArgumentException e) {
                throw json.error(e.getMessage());
            }
        }

        private ObjectNode json() {
            ObjectNode json = CanonicalJson.object();
            json.put("index", index)
                    .put("cause", cause)
                    .put("exitCode", exitCode)
                    .put("log", log.toString());
            outputs.ifPresent(digest -> json.put("outputs", digest.toString()));
            return json;
        }

        private static Unit parse(JsonFields json) throws JsonException {
            Unit unit =
                    new Unit(
                            json.integer("index", 0, Container.MAX_ARRAY),
                            json.text("cause"),
                            json.integer("exitCode", -1, 255),
                            json.writtenDigest("log"),
                            json.optionalWrittenDigest("outputs"));
            json.end();
            return unit;
        }
    }

    public ContainerResult {
        units = List.copyOf(units);
        for (int i = 0; i < units.size(); i++) {
            if (units.get(i).index() != i) {
                throw new IllegalArgumentException(
                        "unit " + units.get(i).index() + " is in place " + i);
            }
        }
    }

    /** The canonical bytes. */
    public byte[] bytes() {
        ObjectNode json = CanonicalJson.object();
        json.put("version", VERSION).put("image", image.toString());
        ArrayNode array = json.putArray("units");
        units.forEach(unit -> array.add(unit.json()));
        return CanonicalJson.bytes(json);
    }

    /** Reads what {@link #bytes} writes. */
    public static ContainerResult parse(byte[] bytes) throws JsonException {
        JsonFields json =
                JsonFields.of(
                        StrictJson.canonicalObject(bytes, (int) MAX_BYTES, "result"), "result");
        json.text("version", VERSION);
        Digest image = json.writtenDigest("image");
        List<Unit> units = new ArrayList<>();
        try {
            for (JsonFields unit : json.objects("units")) {
                units.add(Unit.parse(unit));
            }
            json.end();
            return new ContainerResult(image, units);
        } catch (IllegalArgumentException e) {
            throw json.error(e.getMessage());
        }
    }
}
