package dev.assay.protocol.lease;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * A lifecycle as a table: which state may follow which. The first state added is where it starts.
 * Immutable.
 */
public final class Lifecycle<S extends Enum<S>> {
    private final String name;
    private final S initial;
    private final Map<S, Set<S>> next;

    private Lifecycle(String name, S initial, Map<S, Set<S>> next) {
        this.name = name;
        this.initial = initial;
        this.next = next;
    }

    /**
     * A lifecycle over the constants of {@code states}; {@code edges} adds each edge it may take.
     */
    public static <S extends Enum<S>> Builder<S> of(String name, Class<S> states, S initial) {
        return new Builder<>(name, states, initial);
    }

    public S initial() {
        return initial;
    }

    /** The states that may follow {@code state}; none when it is final. */
    public Set<S> after(S state) {
        return Set.copyOf(next.getOrDefault(state, Set.of()));
    }

    public boolean isFinal(S state) {
        return after(state).isEmpty();
    }

    /** Returns {@code to} when the table has the edge; otherwise the caller has a bug. */
    public S move(S from, S to) {
        if (!after(from).contains(to)) {
            throw new IllegalStateException(name + ": " + from + " cannot become " + to);
        }
        return to;
    }

    /** The table as a Mermaid state diagram, for the documentation. */
    public String diagram() {
        StringBuilder text = new StringBuilder("stateDiagram-v2\n    [*] --> " + initial + "\n");
        next.forEach(
                (from, tos) ->
                        tos.forEach(
                                to ->
                                        text.append("    ")
                                                .append(from)
                                                .append(" --> ")
                                                .append(to)
                                                .append('\n')));
        for (S state : initial.getDeclaringClass().getEnumConstants()) {
            if (isFinal(state)) {
                text.append("    ").append(state).append(" --> [*]\n");
            }
        }
        return text.toString();
    }

    /** Collects the edges of a lifecycle. */
    public static final class Builder<S extends Enum<S>> {
        private final String name;
        private final Class<S> states;
        private final S initial;
        private final Map<S, Set<S>> next;

        private Builder(String name, Class<S> states, S initial) {
            this.name = name;
            this.states = states;
            this.initial = initial;
            this.next = new EnumMap<>(states);
        }

        /** Adds the edges from one state to others. */
        @SafeVarargs
        public final Builder<S> edges(S from, S... to) {
            Set<S> targets = next.computeIfAbsent(from, _ -> EnumSet.noneOf(states));
            for (S state : to) {
                targets.add(state);
            }
            return this;
        }

        public Lifecycle<S> build() {
            return new Lifecycle<>(name, initial, next);
        }
    }
}
