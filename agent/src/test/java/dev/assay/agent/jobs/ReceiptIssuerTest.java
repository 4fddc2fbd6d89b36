package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.Rig;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.attest.ReceiptChain;
import dev.assay.verification.attest.UnitCommitments;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.UsagePredicate.Device;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/** Receipts by a wall clock that a test sets, as the tenant verifies them. */
final class ReceiptIssuerTest {
    @TempDir private Path folder;
    private Rig rig;
    private ReceiptIssuer issuer;
    private ReceiptChain chain;
    private Instant wall;
    private Duration monotonic = Duration.ZERO;

    @BeforeEach
    void open() throws Exception {
        rig = new Rig(folder);
        Award award = rig.award();
        wall = rig.clock.instant();
        issuer =
                new ReceiptIssuer(
                        rig.begun(award), rig.provider, rig.journal, () -> wall, Past.NONE);
        chain = new ReceiptChain(rig.verified(award), rig.provider.verifyingKey());
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    /** The receipt after so long a time, accepted by a verifier whose clock is right. */
    private UsagePredicate after(Duration time) throws Exception {
        wall = wall.plus(time);
        monotonic = monotonic.plus(time);
        Usage usage = new Usage(monotonic, Duration.ZERO, 0, 0, 0);
        Bytes receipt = issuer.issue(usage, UnitCommitments.EMPTY_ROOT);
        return chain.append(Envelope.parse(receipt.toArray()), rig.clock.instant().plus(monotonic))
                .receipt();
    }

    @Test
    void periods_ofAClockThatIsRight_areItsTimes() throws Exception {
        Instant began = wall;
        after(Duration.ZERO);
        UsagePredicate second = after(Duration.ofSeconds(5));
        assertThat(second.periodStart()).isEqualTo(began);
        assertThat(second.periodEnd()).isEqualTo(began.plusSeconds(5));
    }

    /** Without it the receipts would claim more time than they cover, and an honest one fail. */
    @Test
    void periods_ofAClockThatIsSetBack_coverTheMonotonicTime() throws Exception {
        Instant began = wall;
        after(Duration.ofSeconds(5));
        wall = wall.minus(Duration.ofMinutes(1));
        after(Duration.ofSeconds(5));
        UsagePredicate third = after(Duration.ofSeconds(5));
        assertThat(third.periodStart()).isEqualTo(began.plusSeconds(10));
        assertThat(third.periodEnd()).isEqualTo(began.plusSeconds(15));
    }

    /** As after a suspension: the time is in the periods, and in no usage. */
    @Test
    void periods_ofAClockThatJumpsForward_followIt() throws Exception {
        Instant began = wall;
        after(Duration.ofSeconds(5));
        wall = wall.plus(Duration.ofSeconds(8));
        UsagePredicate second = after(Duration.ofSeconds(5));
        assertThat(second.periodEnd()).isEqualTo(began.plusSeconds(18));
        assertThat(second.usage().wall()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void receipts_nameWhatIsHeld() throws Exception {
        List<Device> held =
                List.of(
                        new Device("2 of 4 × Test CPU", "cpu"),
                        new Device("GPU-1", Device.GPU, OptionalLong.of(700_000)));
        issuer.hold(held);
        assertThat(after(Duration.ZERO).resources()).isEqualTo(held);
    }
}
