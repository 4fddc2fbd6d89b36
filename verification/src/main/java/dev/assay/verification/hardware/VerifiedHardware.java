package dev.assay.verification.hardware;

import java.util.List;
import java.util.Optional;

/**
 * What a piece of hardware evidence proved, and what it did not; made only by {@link
 * HardwareEvidence#verify}.
 */
public final class VerifiedHardware {
    private final EvidenceKind kind;
    private final Optional<TrustRoots.Root> root;
    private final List<String> proved;
    private final List<String> unchecked;
    private final List<Fact> facts;

    /** What the hardware said, under its signature: a name such as {@code chip.id}, and a value. */
    public record Fact(String name, String value) {}

    VerifiedHardware(
            EvidenceKind kind,
            Optional<TrustRoots.Root> root,
            List<String> proved,
            List<String> unchecked,
            List<Fact> facts) {
        this.kind = kind;
        this.root = root;
        this.proved = List.copyOf(proved);
        this.unchecked = List.copyOf(unchecked);
        this.facts = List.copyOf(facts);
    }

    public EvidenceKind kind() {
        return kind;
    }

    /** The root at which the certificates end; without one, nothing says whose key signed. */
    public Optional<TrustRoots.Root> root() {
        return root;
    }

    /** What was proved, one sentence each. */
    public List<String> proved() {
        return proved;
    }

    /** What was not checked and must not be believed on this account, one sentence each. */
    public List<String> unchecked() {
        return unchecked;
    }

    /** What the hardware said of itself: signed, but compared with nothing. */
    public List<Fact> facts() {
        return facts;
    }
}
