package dev.assay.protocol.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

class LifecycleTest {
    /** Every lifecycle, where it starts, and every edge it may take. */
    static Stream<Arguments> lifecycles() {
        return Stream.of(
                Arguments.of(
                        "order",
                        OrderState.LIFECYCLE,
                        OrderState.OPEN,
                        Set.of("OPEN MATCHED", "OPEN EXPIRED", "OPEN CANCELLED")),
                Arguments.of(
                        "bid",
                        BidState.LIFECYCLE,
                        BidState.OPEN,
                        Set.of("OPEN WON", "OPEN LOST", "OPEN WITHDRAWN")),
                Arguments.of(
                        "lease",
                        LeaseState.LIFECYCLE,
                        LeaseState.ACTIVE,
                        Set.of(
                                "ACTIVE OVERDRAWN",
                                "ACTIVE CLOSED",
                                "OVERDRAWN ACTIVE",
                                "OVERDRAWN CLOSED")),
                Arguments.of(
                        "attempt", AttemptState.LIFECYCLE, AttemptState.ASSIGNED, attemptEdges()));
    }

    private static Set<String> attemptEdges() {
        Set<String> edges =
                new HashSet<>(
                        Set.of(
                                "ASSIGNED PREPARING",
                                "PREPARING RUNNING",
                                "RUNNING FINISHING",
                                "FINISHING ATTESTING",
                                "ATTESTING DONE",
                                "RECOVERING RUNNING",
                                "RECOVERING FAILED",
                                "RECOVERING CANCELLED",
                                "RECOVERING DONE"));
        for (String unfinished :
                Set.of("ASSIGNED", "PREPARING", "RUNNING", "FINISHING", "ATTESTING")) {
            for (String interruption : Set.of("FAILED", "CANCELLED", "RECOVERING")) {
                edges.add(unfinished + " " + interruption);
            }
        }
        return edges;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lifecycles")
    <S extends Enum<S>> void lifecycle_takesItsEdgesAndNoOther(
            String name, Lifecycle<S> lifecycle, S initial, Set<String> edges) {
        assertThat(lifecycle.initial()).isEqualTo(initial);
        for (S from : states(lifecycle)) {
            boolean leaves = false;
            for (S to : states(lifecycle)) {
                boolean edge = edges.contains(from + " " + to);
                leaves |= edge;
                assertThat(lifecycle.after(from).contains(to)).as(from + " " + to).isEqualTo(edge);
                if (edge) {
                    assertThat(lifecycle.move(from, to)).isEqualTo(to);
                } else {
                    assertThatThrownBy(() -> lifecycle.move(from, to))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessage(name + ": " + from + " cannot become " + to);
                }
            }
            assertThat(lifecycle.isFinal(from)).isEqualTo(!leaves);
        }
    }

    private static <S extends Enum<S>> S[] states(Lifecycle<S> lifecycle) {
        return lifecycle.initial().getDeclaringClass().getEnumConstants();
    }

    @Test
    void attempt_isFinal_whenDoneFailedOrCancelled() {
        assertThat(Stream.of(AttemptState.values()).filter(AttemptState::isFinal))
                .containsExactly(AttemptState.DONE, AttemptState.FAILED, AttemptState.CANCELLED);
    }

    /** Rewrites the page instead when the system property {@code assay.regenerate} is true. */
    @Test
    void diagrams_inTheDocumentation_areTheTables() throws IOException {
        Path page = Path.of(System.getProperty("assay.root", ".."), "docs", "lifecycles.md");
        if (Boolean.getBoolean("assay.regenerate")) {
            Files.createDirectories(page.getParent());
            Files.writeString(page, page());
        }
        assertThat(Files.readString(page))
                .as("docs/lifecycles.md; regenerate with -Dassay.regenerate=true")
                .isEqualTo(page());
    }

    private static String page() {
        return """
        # Lifecycles

        Drawn from the tables in `dev.assay.protocol.lease` by `LifecycleTest`, which compares; write it
        anew with `mvn -pl protocol test -Dtest=LifecycleTest -Dassay.regenerate=true`.

        """
                + section("Order", OrderState.LIFECYCLE)
                + section("Bid", BidState.LIFECYCLE)
                + section("Lease", LeaseState.LIFECYCLE)
                + section("Attempt", AttemptState.LIFECYCLE).stripTrailing()
                + "\n";
    }

    private static String section(String title, Lifecycle<?> lifecycle) {
        return "## " + title + "\n\n```mermaid\n" + lifecycle.diagram() + "```\n\n";
    }
}
