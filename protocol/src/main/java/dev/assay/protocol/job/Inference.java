package dev.assay.protocol.job;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The work: run every row of an input through a model. A <i>unit</i> is one batch; unit {@code i}
 * covers the rows from {@code i × batch} on.
 *
 * @param model digest of the model package's manifest
 * @param input digest of the input file
 * @param rows rows in the input, as the tenant counted them
 * @param batch rows in a unit; the last may be smaller
 */
public record Inference(Digest model, Digest input, long rows, EngineName engine, int batch)
        implements Work {
    /** Its key in job files and job specs. */
    public static final String KIND = "inference";

    /** The largest batch accepted. */
    public static final int MAX_BATCH = 65_536;

    private static final byte[] UNIT_DOMAIN =
            "assay unit input v1\n".getBytes(StandardCharsets.US_ASCII);

    public Inference {
        if (rows < 1 || rows > Integer.MAX_VALUE || batch < 1 || batch > MAX_BATCH) {
            throw new IllegalArgumentException(
                    "an inference needs 1 to 2^31-1 rows and a batch from 1 to " + MAX_BATCH);
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public int units() {
        return Math.toIntExact((rows + batch - 1) / batch);
    }

    /** The first row of a unit. */
    public int firstRow(int unit) {
        return Math.toIntExact((long) unit * batch);
    }

    /** How many rows a unit covers. */
    public int rowsIn(int unit) {
        return (int) Math.min(batch, rows - (long) unit * batch);
    }

    @Override
    public long rows(long units) {
        return Math.min(rows, units * batch);
    }

    /**
     * The input is committed by reference: the file is named by digest already, so its rows are
     * fixed by their numbers, and hashing them again would only cost time.
     *
     * <pre>
     * SHA-256("assay unit input v1\n" ‖ digest of the input file ‖ u64BE first row ‖ u32BE rows)
     * </pre>
     */
    @Override
    public Digest unitInput(int unit) {
        byte[] range =
                ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                        .putLong(firstRow(unit))
                        .putInt(rowsIn(unit))
                        .array();
        return Digest.sha256(UNIT_DOMAIN, input.bytes(), range);
    }

    @Override
    public Workload workload() {
        return new Workload(model, engine.text());
    }

    @Override
    public ObjectNode json() {
        return CanonicalJson.object()
                .put("model", model.toString())
                .put("input", input.toString())
                .put("rows", Long.toString(rows))
                .put("engine", engine.text())
                .put("batch", batch);
    }

    /** Reads what {@link #json} writes. */
    static Inference parse(JsonFields json) throws JsonException {
        String engine = json.text("engine");
        try {
            Inference inference =
                    new Inference(
                            json.digest("model"),
                            json.digest("input"),
                            json.quantity("rows"),
                            EngineName.named(engine)
                                    .orElseThrow(
                                            () -> json.error("unknown engine '" + engine + "'")),
                            json.integer("batch", 1, MAX_BATCH));
            json.end();
            return inference;
        } catch (IllegalArgumentException e) {
            throw json.error(e.getMessage());
        }
    }
}
