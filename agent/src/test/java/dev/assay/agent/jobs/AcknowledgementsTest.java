package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.Bytes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;

@Timeout(60)
final class AcknowledgementsTest {
    private static final Bytes PAPER = Bytes.copyOf(new byte[] {1});
    private static final Bytes OTHER = Bytes.copyOf(new byte[] {2});
    private static final Duration LONG = Duration.ofDays(1);

    private final Acknowledgements answers = new Acknowledgements();

    private AttemptFailure fails(Bytes document, Duration limit) {
        return catchThrowableOfType(AttemptFailure.class, () -> answers.await(document, limit));
    }

    @Test
    void await_ofADocumentAnsweredBefore_returnsItsIndex() throws Exception {
        answers.accepted(PAPER, 7);
        answers.accepted(OTHER, 8);
        assertThat(answers.await(PAPER, LONG)).isEqualTo(7);
        assertThat(answers.await(Bytes.copyOf(new byte[] {2}), LONG)).isEqualTo(8);
    }

    @Test
    void await_ofARefusedDocument_failsByTheMarketsWord() {
        answers.refused(PAPER, AttemptFailure.refused("odd"));
        AttemptFailure failure = fails(PAPER, LONG);
        assertThat(failure).hasMessage("the market refused a document: odd");
        assertThat(failure.isMarketsWord()).isTrue();
    }

    @Test
    void await_withoutAnAnswer_endsAtItsLimitAndIsNotTheMarketsWord() {
        AttemptFailure failure = fails(PAPER, Duration.ofMillis(1));
        assertThat(failure.reason()).isEqualTo(Cause.MARKET_ERROR);
        assertThat(failure).hasMessageContaining("did not answer");
        assertThat(failure.isMarketsWord()).isFalse();
    }

    @Test
    void await_onAnInterruptedThread_isTheAgentsEndAndKeepsTheInterrupt() {
        Thread.currentThread().interrupt();
        AttemptFailure failure = fails(PAPER, LONG);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(failure.reason()).isEqualTo(Cause.AGENT_RESTARTED);
    }

    @Test
    void end_endsEveryWaitNowAndLaterButKeepsTheAnswersThatCame() throws Exception {
        answers.accepted(OTHER, 3);
        AttemptFailure reason = AttemptFailure.requested(Cause.CANCELLED);
        Thread ending = Thread.ofVirtual().start(() -> answers.end(reason));
        assertThat(fails(PAPER, LONG)).isSameAs(reason);
        ending.join();
        assertThat(fails(Bytes.copyOf(new byte[] {3}), LONG)).isSameAs(reason);
        assertThat(answers.await(OTHER, LONG)).isEqualTo(3);
    }
}
