package dev.assay.verification.history;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.verification.audit.Clause;
import dev.assay.verification.history.CheckedLine.Signed;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.UsagePredicate.Device;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which lease held which GPU when, over a whole history: a GPU is leased whole, so no two leases
 * have it at once. Processors are shared and not looked at. Not thread-safe.
 *
 * <p>One lease's periods that touch are one span. Half of the tolerance is taken from both ends of
 * a span, and what is left, its core, is kept: two spans overlap by more than the tolerance exactly
 * when their cores overlap. Of one GPU the cores that are kept are disjoint, so a new one is
 * compared with the two beside it and with no others, whoever lies however often. A span that is
 * not longer than the tolerance has no core; it grows as its lease goes on.
 */
final class DeviceUse {
    /** How far the periods of two leases may overlap: the clock may be set between them. */
    static final Duration TOLERANCE = Duration.ofSeconds(1);

    /** The most spans that are kept. */
    static final int MOST_SPANS = 1_000_000;

    private static final Duration MARGIN = TOLERANCE.dividedBy(2);

    /** Longer names than any GPU's are kept as their digests. */
    private static final int LONGEST_NAME = 64;

    private final Map<String, Held> devices = new HashMap<>();
    private final Findings findings;
    private int kept;
    private boolean full;

    private record Span(LeaseId lease, Instant start, Instant end) {
        boolean hasCore() {
            return coreStart().isBefore(coreEnd());
        }

        Instant coreStart() {
            return start.plus(MARGIN);
        }

        Instant coreEnd() {
            return end.minus(MARGIN);
        }
    }

    /** What is known of one GPU: the spans by where their cores begin, and each lease's last. */
    private static final class Held {
        private final TreeMap<Instant, Span> spans = new TreeMap<>();
        private final Map<LeaseId, Span> last = new HashMap<>();

        /** Another lease's span that overlaps this one. */
        Optional<Span> conflict(Span span) {
            Map.Entry<Instant, Span> before = spans.floorEntry(span.coreStart());
            if (before != null && before.getValue().coreEnd().isAfter(span.coreStart())) {
                return Optional.of(before.getValue());
            }
            Map.Entry<Instant, Span> after = spans.higherEntry(span.coreStart());
            return after != null && after.getKey().isBefore(span.coreEnd())
                    ? Optional.of(after.getValue())
                    : Optional.empty();
        }
    }

    DeviceUse(Findings findings) {
        this.findings = findings;
    }

    /**
     * Takes in the devices of a receipt.
     *
     * @param leased how many GPUs its lease has
     */
    void add(Signed line, UsagePredicate receipt, int leased) {
        Set<String> named = new HashSet<>();
        for (int i = 0; i < receipt.resources().size(); i++) {
            Device device = receipt.resources().get(i);
            if (device.kind().equals(Device.GPU) && named.add(name(device.id()))) {
                add(line, receipt, device.id(), "usage.resources[" + i + "].id");
            }
        }
        if (named.size() < leased) {
            findings.unchecked(
                    Clause.DEVICES,
                    HistoryLayout.line(line.number()),
                    "usage.resources",
                    "names "
                            + named.size()
                            + " of the lease's "
                            + leased
                            + " GPUs; whether another lease had the others at the same time cannot"
                            + " be told");
        }
    }

    /** One name for all spellings of a UUID. */
    private static String name(String id) {
        String name = id.toLowerCase(Locale.ROOT);
        return name.length() <= LONGEST_NAME
                ? name
                : Digest.sha256(name.getBytes(StandardCharsets.UTF_8)).hex();
    }

    private void add(Signed line, UsagePredicate receipt, String device, String field) {
        String name = name(device);
        Held held = devices.get(name);
        if (held == null) {
            held = new Held();
        }
        Span own = held.last.get(receipt.lease());
        if (own == null && kept == MOST_SPANS) {
            tooMany();
            return;
        }
        devices.putIfAbsent(name, held);
        Span span = longer(own, receipt);
        if (own == null || !own.start().equals(span.start())) {
            kept++;
        } else {
            held.spans.remove(own.coreStart(), own);
        }
        held.last.put(receipt.lease(), span);
        if (!span.hasCore()) {
            return;
        }
        Optional<Span> other =
                held.conflict(span).filter(found -> !found.lease().equals(span.lease()));
        if (other.isPresent()) {
            report(line, other.get(), device, field);
        } else {
            held.spans.put(span.coreStart(), span);
        }
    }

    /** The span of a receipt, with the lease's last one when they touch. */
    private static Span longer(@Nullable Span own, UsagePredicate receipt) {
        Instant start = receipt.periodStart();
        Instant end = receipt.periodEnd();
        if (own == null || start.isAfter(own.end()) || start.isBefore(own.start())) {
            return new Span(receipt.lease(), start, end);
        }
        return new Span(own.lease(), own.start(), end.isAfter(own.end()) ? end : own.end());
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
