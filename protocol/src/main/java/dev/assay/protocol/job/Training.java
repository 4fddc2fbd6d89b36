package dev.assay.protocol.job;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The work: train a model's weights on labelled rows. Everything random comes from the two seeds. A
 * <i>unit</i> is the steps from one training checkpoint to the next; unit {@code i} begins at step
 * {@code i × checkpointEvery}.
 *
 * @param model digest of the manifest of the model package whose graph is trained; its weights are
 *     not used
 * @param dataset digest of the file of labelled rows
 * @param rows rows in the dataset, as the tenant counted them
 * @param orderSeed fixes in which order rows are taken
 * @param seed fixes the initial weights
 * @param steps updates of the weights, each on one batch
 * @param batch rows in a step; at most {@code rows}
 * @param checkpointEvery steps in a unit; the last may be shorter. There are at most {@link
 *     #MAX_UNITS} units
 */
public record Training(
        Digest model,
        Digest dataset,
        long rows,
        long orderSeed,
        long seed,
        Optimizer optimizer,
        int steps,
        int batch,
        int checkpointEvery,
        EngineName engine)
        implements Work {
    /** Its key in job files and job specs. */
    public static final String KIND = "training";

    private static final byte[] UNIT_DOMAIN =
            "assay training unit v1\n".getBytes(StandardCharsets.US_ASCII);

    /** The most steps accepted. */
    public static final int MAX_STEPS = 100_000_000;

    /**
     * The most units accepted. Each leaves two files as evidence, and the signed index of these has
     * room for some 2,000 units or as many receipts.
     */
    public static final int MAX_UNITS = 1_000;

    /**
     * The most steps in a unit on an engine whose work is replayed within a tolerance: two engines
     * drift apart from step to step, and the tolerance was calibrated for so many.
     */
    public static final int MAX_TOLERANT_STEPS = 10;

    public Training {
        if (rows < 1 || rows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a training needs 1 to 2^31-1 rows, not " + rows);
        }
        if (batch < 1 || batch > Math.min(rows, Inference.MAX_BATCH)) {
            throw new IllegalArgumentException(
                    "batch must be from 1 to "
                            + Inference.MAX_BATCH
                            + " and at most the "
                            + rows
                            + " rows, not "
                            + batch);
        }
        if (steps < 1 || steps > MAX_STEPS || checkpointEvery < 1 || checkpointEvery > steps) {
            throw new IllegalArgumentException(
                    "steps must be from 1 to "
                            + MAX_STEPS
                            + " and checkpointEvery from 1 to steps, not "
                            + steps
                            + " and "
                            + checkpointEvery);
        }
        if (steps > (long) MAX_UNITS * longestUnit(engine)) {
            throw new IllegalArgumentException(
                    "a training on engine %s has at most %d steps, not %d; use engine: exact"
                            .formatted(
                                    engine.text(), (long) MAX_UNITS * longestUnit(engine), steps));
        }
        if (Math.ceilDiv(steps, checkpointEvery) > MAX_UNITS) {
            throw new IllegalArgumentException(
                    "a training has at most "
                            + MAX_UNITS
                            + " checkpoints; with "
                            + steps
                            + " steps take one every "
                            + Math.ceilDiv(steps, MAX_UNITS)
                            + " or more");
        }
        if (orderSeed < 0 || seed < 0) {
            throw new IllegalArgumentException("seeds must be from 0 to 2^63-1");
        }
        if (checkpointEvery > longestUnit(engine)) {
            throw new IllegalArgumentException(
                    ("a training on engine %s takes a checkpoint every %d steps or more often, not"
                                    + " %d: its units are compared within a tolerance that holds"
                                    + " for no more steps")
                            .formatted(engine.text(), longestUnit(engine), checkpointEvery));
        }
    }

    /** The most steps in a unit on an engine. */
    static int longestUnit(EngineName engine) {
        return switch (engine) {
            case EXACT -> MAX_STEPS;
            case PYTORCH -> MAX_TOLERANT_STEPS;
        };
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public int units() {
        return Math.ceilDiv(steps, checkpointEvery);
    }

    /** Steps done before a unit; {@link #steps} for the one that would follow the last. */
    public int firstStep(int unit) {
        return (int) Math.min(steps, (long) unit * checkpointEvery);
    }

    /** How many steps a unit covers. */
    public int stepsIn(int unit) {
        return firstStep(unit + 1) - firstStep(unit);
    }

    /** Rows gone through; each step counts its whole batch. */
    @Override
    public long rows(long units) {
        return (long) firstStep(Math.toIntExact(units)) * batch;
    }

    @Override
    public long steps(long units) {
        return firstStep(Math.toIntExact(units));
    }

    /**
     * A unit computes from the training and its place in it; what it begins from is the checkpoint
     * that the unit before it ended in, which the same tree commits to.
     *
     * <pre>
     * SHA-256("assay training unit v1\n" ‖ digest of the training ‖ u32BE unit)
     * </pre>
     */
    @Override
    public Digest unitInput(int unit) {
        byte[] index = ByteBuffer.allocate(Integer.BYTES).putInt(unit).array();
        return Digest.sha256(UNIT_DOMAIN, digest().bytes(), index);
    }

    @Override
    public Workload workload() {
        return new Workload(model, KIND + "-" + engine.text());
    }

    @Override
    public ObjectNode json() {
        ObjectNode json = CanonicalJson.object();
        json.put("model", model.toString())
                .put("dataset", dataset.toString())
                .put("rows", Long.toString(rows))
                .put("orderSeed", Long.toString(orderSeed))
                .put("seed", Long.toString(seed))
                .put("steps", steps)
                .put("batch", batch)
                .put("checkpointEvery", checkpointEvery)
                .put("engine", engine.text());
        json.set("optimizer", optimizer.json());
        return json;
    }

    /** SHA-256 of the canonical JSON. */
    public Digest digest() {
        return CanonicalJson.digest(json());
    }

    /** Reads what {@link #json} writes. */
    public static Training parse(JsonFields json) throws JsonException {
        String engine = json.text("engine");
        try {
            Training training =
                    new Training(
                            json.digest("model"),
                            json.digest("dataset"),
                            json.quantity("rows"),
                            json.quantity("orderSeed"),
                            json.quantity("seed"),
                            Optimizer.parse(json.object("optimizer")),
                            json.integer("steps", 1, MAX_STEPS),
                            json.integer("batch", 1, Inference.MAX_BATCH),
                            json.integer("checkpointEvery", 1, MAX_STEPS),
                            EngineName.named(engine)
                                    .orElseThrow(
                                            () -> json.error("unknown engine '" + engine + "'")));
            json.end();
            return training;
        } catch (IllegalArgumentException e) {
            throw json.error(e.getMessage());
        }
    }
}
