package dev.assay.verification.history;

import dev.assay.protocol.id.LeaseId;
import dev.assay.verification.audit.Clause;
import dev.assay.verification.history.CheckedLine.Signed;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.UsagePredicate.Device;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Which lease held which GPU when, over a whole history: a GPU is leased whole, so no two leases
 * have it at once. Processors are shared and not looked at. One lease's periods that touch are kept
 * as one span. Not thread-safe.
 */
final class DeviceUse {
    /** How far the periods of two leases may overlap: the clock may be set between them. */
    static final Duration TOLERANCE = Duration.ofSeconds(1);

    /** The most spans that are kept. */
    static final int MOST_SPANS = 1_000_000;

    private final Map<String, TreeMap<Instant, Span>> spans = new HashMap<>();
    private final Findings findings;
    private int kept;
    private boolean full;

    private record Span(LeaseId lease, Instant start, Instant end) {
        boolean overlaps(Span other) {
            return start.plus(TOLERANCE).isBefore(other.end)
                    && other.start.plus(TOLERANCE).isBefore(end);
        }
    }

    DeviceUse(Findings findings) {
        this.findings = findings;
    }

    /** Takes in the devices of a receipt. */
    void add(Signed line, UsagePredicate receipt) {
        for (int i = 0; i < receipt.resources().size(); i++) {
            Device device = receipt.resources().get(i);
            if (device.kind().equals(Device.GPU)) {
                add(line, receipt, device.id(), "usage.resources[" + i + "].id");
            }
        }
    }

    private void add(Signed line, UsagePredicate receipt, String device, String field) {
        TreeMap<Instant, Span> held = spans.computeIfAbsent(device, _ -> new TreeMap<>());
        Span span = new Span(receipt.lease(), receipt.periodStart(), receipt.periodEnd());
        Map.Entry<Instant, Span> before = held.floorEntry(span.start());
        if (before != null && before.getValue().lease().equals(span.lease())) {
            Span own = before.getValue();
            if (!span.start().isAfter(own.end())) {
                Instant end = own.end().isAfter(span.end()) ? own.end() : span.end();
                Span longer = new Span(own.lease(), own.start(), end);
                conflict(line, held, longer, device, field);
                held.put(longer.start(), longer);
                return;
            }
        }
        conflict(line, held, span, device, field);
        if (kept == MOST_SPANS) {
            tooMany();
        } else if (held.putIfAbsent(span.start(), span) == null) {
            kept++;
        }
    }

    /** Others that the span overlaps, which lie right before it or begin within it. */
    private void conflict(
            Signed line, NavigableMap<Instant, Span> held, Span span, String device, String field) {
        Map.Entry<Instant, Span> lower = held.floorEntry(span.start());
        if (lower != null && lower.getValue().lease().equals(span.lease())) {
            lower = held.lowerEntry(lower.getKey());
        }
        if (lower != null && differs(lower.getValue(), span)) {
            report(line, lower.getValue(), device, field);
            return;
        }
        for (Span later : held.subMap(span.start(), true, span.end(), false).values()) {
            if (differs(later, span)) {
                report(line, later, device, field);
                return;
            }
        }
    }

    private static boolean differs(Span one, Span other) {
        return !one.lease().equals(other.lease()) && one.overlaps(other);
    }

    private void report(Signed line, Span other, String device, String field) {
        findings.refuted(
                Clause.DEVICES,
                HistoryLayout.line(line.number()),
                field,
                "GPU "
                        + device
                        + " was in lease "
                        + other.lease().brief()
                        + " at the same time, from "
                        + other.start()
                        + " to "
                        + other.end());
    }

    private void tooMany() {
        if (!full) {
            full = true;
            findings.unchecked(
                    Clause.SIZE,
                    HistoryLayout.STATEMENTS,
                    "usage.resources",
                    "GPUs changed hands more than "
                            + MOST_SPANS
                            + " times; the later ones are not compared");
        }
    }
}
