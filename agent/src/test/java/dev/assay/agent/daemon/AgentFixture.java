package dev.assay.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.FakeEngines;
import dev.assay.agent.FakeMarket;
import dev.assay.agent.Rig;
import dev.assay.agent.bidding.PriceTable;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.protocol.market.MarketMessage.Stop;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.PriceUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;

/** An agent that is not connected yet, with fakes of its engines and its market. */
abstract class AgentFixture {
    static final PriceTable.Key ROWS = new PriceTable.Key(Denom.USDC, PriceUnit.THOUSAND_ROWS);

    @TempDir Path folder;
    final FakeEngines engines = new FakeEngines();
    final FakeMarket market = new FakeMarket();
    Rig rig;
    Agent agent;

    @BeforeEach
    void open() throws Exception {
        rig = new Rig(folder);
        agent = agent();
    }

    @AfterEach
    void close() throws Exception {
        agent.close();
        rig.close();
    }

    Agent agent() {
        return new Agent(
                new AgentConfig(
                        "alder",
                        new Resources(2, 1 << 30, 1 << 30, 0),
                        new PriceTable(Map.of(ROWS, MicroAmount.of(300_000)), 10_000, 10_000)),
                rig.workplace(engines, Rig.NEVER),
                rig.market.verifyingKey());
    }

    void assertNothingBegun() {
        assertThat(rig.written.attempts()).isZero();
        assertThat(market.heard()).isEmpty();
        assertThat(engines.steps).isEmpty();
    }

    /** The market has closed a lease: whoever is at work on it is told to stop. */
    void closes(Award award, CloseReason reason) {
        market.react(
                message -> {
                    if (message instanceof ReportAttempt report
                            && report.lease().equals(award.lease())
                            && !report.state().isFinal()) {
                        market.tell(new Stop(award.lease(), reason));
                    }
                    return false;
                });
    }
}
