package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.verification.hardware.EvidenceReference;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code inventory}: what a provider says its machine has, each device as every independent source
 * saw it, with the disagreements, and what was measured. Signed by the provider; its subject is the
 * provider's key. It proves who said so and when, not that it is so.
 *
 * @param machine facts of the processor, memory and system, such as {@code memory.bytes}
 * @param sources what was asked, and whether it answered
 * @param findings disagreements and faults, by the codes of docs/inventory.md
 * @param skipped what could not be measured, and why
 * @param evidence what hardware signed of this machine, by digest; left out when there is none
 */
public record InventoryPredicate(
        KeyId provider,
        Instant createdOn,
        List<Fact> machine,
        List<Source> sources,
        List<Device> devices,
        List<Finding> findings,
        List<Measurement> measurements,
        List<Skipped> skipped,
        List<EvidenceReference> evidence)
        implements Predicate {
    static final String TYPE = TYPE_PREFIX + "inventory/v1";

    /** A name such as {@code memory.bytes} or {@code gemm.fp32}. */
    private static final String NAME = "[a-z][a-zA-Z0-9]*([.-][a-zA-Z0-9]+)*";

    private static final int MAX_NAME_LENGTH = 64;

    /** One property with its value; numbers are decimal. */
    public record Fact(String name, String value) {
        public Fact {
            requireName(name);
            FreeText.require("value", value);
        }
    }

    /** Whether a source was there. */
    public enum State {
        SEEN,
        ABSENT,
        FAILED
    }

    /**
     * A source that was asked.
     *
     * @param detail its version, or why it could not answer
     */
    public record Source(String name, State state, String detail) {
        public Source {
            requireName(name);
            FreeText.require("detail", detail);
        }
    }

    /** What one source said of a device. */
    public record View(String source, List<Fact> facts) {
        public View {
            requireName(source);
            facts = List.copyOf(facts);
            FreeText.require("facts", facts);
        }
    }

    /**
     * A device as each source saw it.
     *
     * @param id its place, such as {@code 0000:3b:00.0}; else its UUID
     * @param standing what could be done with it, such as {@code ready}
     */
    public record Device(String id, String standing, List<View> views) {
        public Device {
            FreeText.require("id", id);
            requireName(standing);
            views = List.copyOf(views);
            FreeText.require("views", views);
        }
    }

    /** How much a finding matters. */
    public enum Severity {
        NOTE,
        WARNING,
        ERROR
    }

    /** Something that somebody should know. */
    public record Finding(String code, Severity severity, String subject, String saw) {
        public Finding {
            if (!code.matches("[A-Z][A-Z0-9_]{0,63}")) {
                throw new IllegalArgumentException("'" + code + "' is no code such as GPU_LOST");
            }
            FreeText.require("subject", subject);
            FreeText.require("saw", saw);
        }
    }

    /**
     * A rate that was measured.
     *
     * @param metric such as {@code gemm.fp32}
     * @param device {@code cpu}, {@code disk}, or a device's UUID
     * @param method with what, such as {@code exact engine}
     * @param unit in UCUM, such as {@code By/s}
     * @param median of the rounds, in units
     * @param least the slowest round
     * @param most the fastest round
     */
    public record Measurement(
            String metric,
            String device,
            String method,
            String unit,
            long median,
            long least,
            long most,
            long rounds) {
        public Measurement {
            requireName(metric);
            FreeText.require("device", device);
            FreeText.require("method", method);
            FreeText.require("unit", unit);
            if (least < 0 || median < least || most < median || rounds < 1) {
                throw new IllegalArgumentException(
                        metric + ": the median is not between the least and the most of a round");
            }
        }
    }

    /** What was not measured. */
    public record Skipped(String metric, String device, String why) {
        public Skipped {
            requireName(metric);
            FreeText.require("device", device);
            FreeText.require("why", why);
        }
    }

    public InventoryPredicate {
        machine = List.copyOf(machine);
        sources = List.copyOf(sources);
        devices = List.copyOf(devices);
        findings = List.copyOf(findings);
        measurements = List.copyOf(measurements);
        skipped = List.copyOf(skipped);
        evidence = List.copyOf(evidence);
        if (evidence.size() > EvidenceReference.MAX) {
            throw new IllegalArgumentException(
                    "evidence: "
                            + evidence.size()
                            + " entries, more than "
                            + EvidenceReference.MAX);
        }
        FreeText.require("machine", machine);
        FreeText.require("sources", sources);
        FreeText.require("devices", devices);
        FreeText.require("findings", findings);
        FreeText.require("measurements", measurements);
        FreeText.require("skipped", skipped);
        Set<String> seen =
                sources.stream()
                        .filter(source -> source.state() == State.SEEN)
                        .map(Source::name)
                        .collect(Collectors.toSet());
        for (Device device : devices) {
            for (View view : device.views()) {
                if (!seen.contains(view.source())) {
                    throw new IllegalArgumentException(
                            "a device was seen by " + view.source() + ", which saw nothing");
                }
            }
        }
    }

    /** An inventory without evidence of hardware. */
    public InventoryPredicate(
            KeyId provider,
            Instant createdOn,
            List<Fact> machine,
            List<Source> sources,
            List<Device> devices,
            List<Finding> findings,
            List<Measurement> measurements,
            List<Skipped> skipped) {
        this(
                provider,
                createdOn,
                machine,
                sources,
                devices,
                findings,
                measurements,
                skipped,
                List.of());
    }

    @Override
    public String type() {
        return TYPE;
    }

    /** The statement of this inventory. */
    public Statement statement() {
        return Statement.about("provider-key", provider.digest(), this);
    }

    @Override
    public ObjectNode json() {
        ObjectNode json =
                CanonicalJson.object()
                        .put("provider", provider.hex())
                        .put("createdOn", createdOn.toString());
        facts(json.putArray("machine"), machine);
        ArrayNode asked = json.putArray("sources");
        for (Source source : sources) {
            asked.addObject()
                    .put("name", source.name())
                    .put("state", source.state().name())
                    .put("detail", source.detail());
        }
        ArrayNode seen = json.putArray("devices");
        for (Device device : devices) {
            ObjectNode entry =
                    seen.addObject().put("id", device.id()).put("standing", device.standing());
            ArrayNode views = entry.putArray("views");
            for (View view : device.views()) {
                facts(
                        views.addObject().put("source", view.source()).putArray("facts"),
                        view.facts());
            }
        }
        ArrayNode found = json.putArray("findings");
        for (Finding finding : findings) {
            found.addObject()
                    .put("code", finding.code())
                    .put("severity", finding.severity().name())
                    .put("subject", finding.subject())
                    .put("saw", finding.saw());
        }
        measured(json);
        EvidenceReference.put(json, evidence);
        return json;
    }

    private void measured(ObjectNode json) {
        ArrayNode rates = json.putArray("measurements");
        for (Measurement measurement : measurements) {
            rates.addObject()
                    .put("metric", measurement.metric())
                    .put("device", measurement.device())
                    .put("method", measurement.method())
                    .put("unit", measurement.unit())
                    .put("median", Long.toString(measurement.median()))
                    .put("least", Long.toString(measurement.least()))
                    .put("most", Long.toString(measurement.most()))
                    .put("rounds", Long.toString(measurement.rounds()));
        }
        ArrayNode missing = json.putArray("skipped");
        for (Skipped skip : skipped) {
            missing.addObject()
                    .put("metric", skip.metric())
                    .put("device", skip.device())
                    .put("why", skip.why());
        }
    }

    static InventoryPredicate parse(JsonFields json) throws JsonException {
        return new InventoryPredicate(
                json.parsed("provider", KeyId::parse),
                json.instant("createdOn"),
                facts(json, "machine"),
                each(
                        json,
                        "sources",
                        entry ->
                                new Source(
                                        entry.text("name"),
                                        entry.constant("state", State.values()),
                                        entry.text("detail"))),
                each(
                        json,
                        "devices",
                        entry ->
                                new Device(
                                        entry.text("id"),
                                        entry.text("standing"),
                                        each(
                                                entry,
                                                "views",
                                                view ->
                                                        new View(
                                                                view.text("source"),
                                                                facts(view, "facts"))))),
                each(
                        json,
                        "findings",
                        entry ->
                                new Finding(
                                        entry.text("code"),
                                        entry.constant("severity", Severity.values()),
                                        entry.text("subject"),
                                        entry.text("saw"))),
                each(json, "measurements", InventoryPredicate::measurement),
                each(
                        json,
                        "skipped",
                        entry ->
                                new Skipped(
                                        entry.text("metric"),
                                        entry.text("device"),
                                        entry.text("why"))),
                EvidenceReference.all(json));
    }

    private static Measurement measurement(JsonFields entry) throws JsonException {
        return new Measurement(
                entry.text("metric"),
                entry.text("device"),
                entry.text("method"),
                entry.text("unit"),
                entry.quantity("median"),
                entry.quantity("least"),
                entry.quantity("most"),
                entry.quantity("rounds"));
    }

    private static void facts(ArrayNode array, List<Fact> facts) {
        facts.forEach(
                fact -> array.addObject().put("name", fact.name()).put("value", fact.value()));
    }

    private static List<Fact> facts(JsonFields json, String name) throws JsonException {
        return each(json, name, entry -> new Fact(entry.text("name"), entry.text("value")));
    }

    /** Reads an element of an array. */
    private interface Reader<T> {
        T read(JsonFields entry) throws JsonException;
    }

    private static <T> List<T> each(JsonFields json, String name, Reader<T> reader)
            throws JsonException {
        List<T> elements = new ArrayList<>();
        for (JsonFields entry : json.objects(name)) {
            try {
                elements.add(reader.read(entry));
            } catch (IllegalArgumentException e) {
                throw entry.error(e.getMessage());
            }
            entry.end();
        }
        return elements;
    }

    private static void requireName(String name) {
        if (name.length() > MAX_NAME_LENGTH || !name.matches(NAME)) {
            throw new IllegalArgumentException("'" + name + "' is no name such as memory.bytes");
        }
    }
}
