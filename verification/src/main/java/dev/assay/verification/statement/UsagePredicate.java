package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.usage.Usage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code usage}: a receipt. Signed by the provider every metering interval; its subject is the job
 * spec. Receipts of a lease form a chain: sequence 0 first, each naming the digest of the one
 * before, each period beginning where the last ended. Period names follow FinOps FOCUS, meter names
 * OpenTelemetry where it has one.
 *
 * @param spec digest of the job spec
 * @param previous digest of the previous receipt's statement; of the lease statement for sequence 0
 * @param periodStart inclusive
 * @param periodEnd exclusive
 * @param usage cumulative since the lease began
 * @param unitRoot Merkle root over the units finished so far
 */
public record UsagePredicate(
        LeaseId lease,
        Digest spec,
        long sequence,
        Digest previous,
        Instant periodStart,
        Instant periodEnd,
        List<Device> resources,
        Usage usage,
        Digest unitRoot)
        implements Predicate {
    static final String TYPE = TYPE_PREFIX + "usage/v1";

    /** A device that the lease held. */
    public record Device(String id, String kind) {}

    public UsagePredicate {
        resources = List.copyOf(resources);
        if (sequence < 0 || periodEnd.isBefore(periodStart)) {
            throw new IllegalArgumentException(
                    "a receipt needs sequence ≥ 0 and a period that does not end before it starts");
        }
    }

    @Override
    public String type() {
        return TYPE;
    }

    /** The statement of this receipt. */
    public Statement statement() {
        return Statement.about("job-spec", spec, this);
    }

    /** A meter of a receipt: its name, its unit, and how it stands in {@link Usage}. */
    private enum Meter {
        WALL("assay.wall.time", "ms"),
        CPU("process.cpu.time", "ms"),
        MEMORY("process.memory.peak", "By"),
        ROWS("assay.rows", "{row}"),
        UNITS("assay.units", "{unit}");

        private final String text;
        private final String unit;

        Meter(String text, String unit) {
            this.text = text;
            this.unit = unit;
        }

        private long of(Usage usage) {
            return switch (this) {
                case WALL -> usage.wall().toMillis();
                case CPU -> usage.cpu().toMillis();
                case MEMORY -> usage.peakMemoryBytes();
                case ROWS -> usage.rows();
                case UNITS -> usage.units();
            };
        }
    }

    @Override
    public ObjectNode json() {
        ObjectNode json =
                CanonicalJson.object()
                        .put("leaseId", lease.hex())
                        .put("spec", spec.toString())
                        .put("sequence", Long.toString(sequence))
                        .put("previousDigest", previous.toString())
                        .put("chargePeriodStart", periodStart.toString())
                        .put("chargePeriodEnd", periodEnd.toString())
                        .put("unitRoot", unitRoot.toString());
        ArrayNode devices = json.putArray("resources");
        resources.forEach(
                device -> devices.addObject().put("id", device.id()).put("kind", device.kind()));
        ArrayNode meters = json.putArray("meters");
        for (Meter meter : Meter.values()) {
            meters.addObject()
                    .put("meter", meter.text)
                    .put("quantity", Long.toString(meter.of(usage)))
                    .put("unit", meter.unit);
        }
        return json;
    }

    static UsagePredicate parse(JsonFields json) throws JsonException {
        List<Device> devices = new ArrayList<>();
        for (JsonFields device : json.objects("resources")) {
            devices.add(new Device(device.text("id"), device.text("kind")));
            device.end();
        }
        return new UsagePredicate(
                LeaseId.parse(json.text("leaseId")),
                json.digest("spec"),
                json.quantity("sequence"),
                json.digest("previousDigest"),
                json.instant("chargePeriodStart"),
                json.instant("chargePeriodEnd"),
                devices,
                usage(json),
                json.digest("unitRoot"));
    }

    private static Usage usage(JsonFields json) throws JsonException {
        Map<String, Long> quantities = new HashMap<>();
        for (JsonFields entry : json.objects("meters")) {
            if (quantities.put(
                            entry.text("meter") + " " + entry.text("unit"),
                            entry.quantity("quantity"))
                    != null) {
                throw entry.error("the meter is given twice");
            }
            entry.end();
        }
        Map<Meter, Long> read = new EnumMap<>(Meter.class);
        for (Meter meter : Meter.values()) {
            Long quantity = quantities.remove(meter.text + " " + meter.unit);
            if (quantity == null) {
                throw json.error("meter " + meter.text + " in " + meter.unit + " is missing");
            }
            read.put(meter, quantity);
        }
        if (!quantities.isEmpty()) {
            throw json.error("unknown meter " + quantities.keySet());
        }
        return new Usage(
                Duration.ofMillis(read.getOrDefault(Meter.WALL, 0L)),
                Duration.ofMillis(read.getOrDefault(Meter.CPU, 0L)),
                read.getOrDefault(Meter.MEMORY, 0L),
                read.getOrDefault(Meter.ROWS, 0L),
                read.getOrDefault(Meter.UNITS, 0L));
    }
}
