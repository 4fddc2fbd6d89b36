package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.FakeEngines;
import dev.assay.agent.FakeMarket;
import dev.assay.agent.Rig;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.MarketMessage.Award;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** An attempt on fakes that is run to its end, and the end that journal and market tell. */
abstract class FailingAttempt {
    static final List<String> OPENED_AND_CLOSED = List.of("open", "load", "unload", "close");

    @TempDir Path folder;
    final FakeEngines engines = new FakeEngines();
    final FakeMarket market = new FakeMarket();
    Rig rig;
    Award award;

    @BeforeEach
    void open() throws Exception {
        rig = new Rig(folder);
        award = rig.award();
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    void run() throws Exception {
        run(Rig.NEVER);
    }

    void run(Duration receiptInterval) throws Exception {
        Attempt attempt = rig.attempt(rig.begun(award), engines, receiptInterval, market);
        attempt.run();
        assertThat(attempt.hasEnded()).isTrue();
    }

    void run(Digest model, Digest input, long rows) throws Exception {
        award = rig.award(rig.spec(new Inference(model, input, rows, EngineName.EXACT, Rig.BATCH)));
        run();
    }

    /** The attempt failed for this cause; journal and market say the same. */
    void assertFailed(Cause cause, String... words) {
        assertThat(market.last().state()).isEqualTo(AttemptState.FAILED);
        assertThat(market.last().cause()).contains(cause);
        assertThat(market.last().detail()).contains(words);
        assertThat(rig.written.state(award.lease())).contains(AttemptState.FAILED);
        assertThat(rig.written.cause(award.lease())).contains(cause);
        assertThat(rig.written.detail(award.lease())).isEqualTo(market.last().detail());
    }

    static Predicate<AgentMessage> reports(AttemptState state) {
        return message -> message instanceof ReportAttempt report && report.state() == state;
    }
}
