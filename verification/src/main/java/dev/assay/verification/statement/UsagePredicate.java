package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.usage.GpuUsage;
import dev.assay.protocol.usage.Usage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

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

    /**
     * A device that the lease held.
     *
     * @param id of a GPU its UUID
     * @param kind {@code cpu} or {@code gpu}
     * @param powerLimitMilliwatts the most that it may draw, where its driver says that
     */
    public record Device(String id, String kind, OptionalLong powerLimitMilliwatts) {
        /** The kind of a GPU, and of a MIG instance. */
        public static final String GPU = "gpu";

        private static final String CPU = "cpu";
        private static final String POWER_LIMIT = "powerLimitMilliwatts";

        public Device {
            FreeText.require("id", id);
            if (!kind.equals(CPU) && !kind.equals(GPU)) {
                throw new IllegalArgumentException("kind: a device is a cpu or a gpu");
            }
            if (powerLimitMilliwatts.orElse(1) < 1) {
                throw new IllegalArgumentException("a power limit is more than nothing");
            }
        }

        /** A device whose power has no known limit. */
        public Device(String id, String kind) {
            this(id, kind, OptionalLong.empty());
        }

        private void write(ObjectNode json) {
            json.put("id", id).put("kind", kind);
            powerLimitMilliwatts.ifPresent(limit -> json.put(POWER_LIMIT, Long.toString(limit)));
        }

        private static Device parse(JsonFields json) throws JsonException {
            OptionalLong limit =
                    json.names().contains(POWER_LIMIT)
                            ? OptionalLong.of(json.quantity(POWER_LIMIT))
                            : OptionalLong.empty();
            try {
                Device device = new Device(json.text("id"), json.text("kind"), limit);
                json.end();
                return device;
            } catch (IllegalArgumentException e) {
                throw json.error(e.getMessage());
            }
        }
    }

    public UsagePredicate {
        resources = List.copyOf(resources);
        FreeText.require("resources", resources);
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

    /**
     * A meter of a receipt: its name, its unit (UCUM), and how it stands in {@link Usage}. Some are
     * in every receipt; the others only when they are more than zero.
     */
    private enum Meter {
        WALL("assay.wall.time", "ms", true),
        CPU("process.cpu.time", "ms", true),
        MEMORY("process.memory.peak", "By", true),
        GPU_ENERGY("assay.gpu.energy", "mJ", false),
        GPU_ENERGY_INTEGRATED("assay.gpu.energy.integrated", "mJ", false),
        GPU_BUSY("assay.gpu.busy.time", "ms", false),
        GPU_MEMORY("assay.gpu.memory.peak", "By", false),
        ROWS("assay.rows", "{row}", true),
        STEPS("assay.steps", "{step}", false),
        UNITS("assay.units", "{unit}", true);

        private final String text;
        private final String unit;
        private final boolean always;

        Meter(String text, String unit, boolean always) {
            this.text = text;
            this.unit = unit;
            this.always = always;
        }

        private long of(Usage usage) {
            return switch (this) {
                case WALL -> usage.wall().toMillis();
                case CPU -> usage.cpu().toMillis();
                case MEMORY -> usage.peakMemoryBytes();
                case GPU_ENERGY -> usage.gpu().meteredMillijoules();
                case GPU_ENERGY_INTEGRATED -> usage.gpu().integratedMillijoules();
                case GPU_BUSY -> usage.gpu().busy().toMillis();
                case GPU_MEMORY -> usage.gpu().peakMemoryBytes();
                case ROWS -> usage.rows();
                case STEPS -> usage.steps();
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
        resources.forEach(device -> device.write(devices.addObject()));
        ArrayNode meters = json.putArray("meters");
        for (Meter meter : Meter.values()) {
            long quantity = meter.of(usage);
            if (meter.always || quantity != 0) {
                meters.addObject()
                        .put("meter", meter.text)
                        .put("quantity", Long.toString(quantity))
                        .put("unit", meter.unit);
            }
        }
        return json;
    }

    static UsagePredicate parse(JsonFields json) throws JsonException {
        List<Device> devices = new ArrayList<>();
        for (JsonFields device : json.objects("resources")) {
            devices.add(Device.parse(device));
        }
        return new UsagePredicate(
                json.parsed("leaseId", LeaseId::parse),
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
        for (JsonFields entry : json.objects("meters", Meter.values().length)) {
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
            if (quantity != null) {
                read.put(meter, quantity);
            } else if (meter.always) {
                throw json.error("meter " + meter.text + " in " + meter.unit + " is missing");
            }
        }
        if (!quantities.isEmpty()) {
            throw json.error("unknown meter " + quantities.keySet());
        }
        return new Usage(
                Duration.ofMillis(read.getOrDefault(Meter.WALL, 0L)),
                Duration.ofMillis(read.getOrDefault(Meter.CPU, 0L)),
                read.getOrDefault(Meter.MEMORY, 0L),
                new GpuUsage(
                        read.getOrDefault(Meter.GPU_ENERGY, 0L),
                        read.getOrDefault(Meter.GPU_ENERGY_INTEGRATED, 0L),
                        Duration.ofMillis(read.getOrDefault(Meter.GPU_BUSY, 0L)),
                        read.getOrDefault(Meter.GPU_MEMORY, 0L)),
                read.getOrDefault(Meter.ROWS, 0L),
                read.getOrDefault(Meter.STEPS, 0L),
                read.getOrDefault(Meter.UNITS, 0L));
    }
}
