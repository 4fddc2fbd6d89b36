package dev.assay.market.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.market.Papers;
import dev.assay.market.Work;
import dev.assay.market.ledger.Account;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.OrderEvent.Closed;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

/**
 * A crash between any two steps. The market reads its clock at the beginning of each step; a clock
 * that copies the market's directory whenever it is read therefore leaves a picture of the disk
 * before and after every step. A market opened on any of them balances, and brings the order to an
 * end in which nothing is held.
 */
class CrashTest {
    private static final Price MAX = Papers.price(400_000);

    @TempDir Path directory;

    /** Copies the directory whenever it is read, on the state thread, while nothing is written. */
    private static final class Photographer implements InstantSource {
        private final Path directory;
        private final Path album;
        private boolean armed;
        private int pictures;

        Photographer(Path directory, Path album) {
            this.directory = directory;
            this.album = album;
        }

        @Override
        public synchronized Instant instant() {
            if (armed) {
                Path picture = album.resolve("" + pictures++);
                try (Stream<Path> files = Files.walk(directory)) {
                    for (Path file : files.toList()) {
                        Files.copy(file, picture.resolve(directory.relativize(file).toString()));
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return Instant.now();
        }

        synchronized List<Path> develop() {
            armed = false;
            return Stream.iterate(0, i -> i < pictures, i -> i + 1)
                    .map(i -> album.resolve("" + i))
                    .toList();
        }

        synchronized void arm() {
            armed = true;
        }
    }

    @Test
    void paidOrder_crashAnywhere_endsWhole() throws Exception {
        assertEveryPictureEndsWhole(
                (rig, tenant, agent, order, attempt) -> {
                    attempt.run();
                    rig.market().postVerdict(order, tenant.verdict(attempt.lease(), Outcome.PASS));
                });
    }

    @Test
    void cancelledOrder_crashAnywhere_endsWhole() throws Exception {
        assertEveryPictureEndsWhole(
                (rig, tenant, agent, order, attempt) -> {
                    attempt.report(AttemptState.PREPARING);
                    attempt.submitReceipt(1, Duration.ofMillis(1));
                    rig.market().cancel(order);
                    attempt.report(AttemptState.CANCELLED);
                });
    }

    /** What happens to an order after its award. */
    @FunctionalInterface
    private interface Plot {
        void run(Rig rig, FakeTenant tenant, FakeAgent agent, OrderId order, FakeAttempt attempt)
                throws Exception;
    }

    private void assertEveryPictureEndsWhole(Plot plot) throws Exception {
        MarketKeys keys = Rig.keys();
        Path home = directory.resolve("market");
        Path album = Files.createDirectory(directory.resolve("album"));
        Photographer clock = new Photographer(home, album);
        OrderId order;
        FakeTenant tenant;
        FakeAgent winner;
        FakeAgent loser;
        try (Rig rig = new Rig(home, Rig.PATIENT, keys, Rig.NEVER_REPRODUCED, clock)) {
            tenant = rig.tenant();
            loser = rig.agent(390_000);
            winner = rig.agent(350_000);
            clock.arm();
            order = tenant.place(MAX);
            plot.run(rig, tenant, winner, order, winner.begin(tenant, rig.market(), Work.NOMINAL));
            tenant.events().next(Closed.class);
            // One more step, for a picture after the last.
            rig.market().register(tenant.key().verifyingKey().toPem());
        }
        List<Path> pictures = clock.develop();
        assertThat(pictures).hasSizeGreaterThan(8);
        for (Path picture : pictures) {
            assertEndsWhole(picture, keys, order, tenant, winner, loser);
        }
    }

    /** Opens the picture; nobody comes back to it, so its leases end by their time limits. */
    private static void assertEndsWhole(
            Path picture,
            MarketKeys keys,
            OrderId order,
            FakeTenant tenant,
            FakeAgent winner,
            FakeAgent loser)
            throws Exception {
        MarketConfig hurried =
                Rig.config(Rig.LONG, Rig.LONG, Duration.ZERO, Duration.ZERO, Duration.ZERO);
        try (Rig rig =
                new Rig(picture, hurried, keys, Rig.NEVER_REPRODUCED, InstantSource.system())) {
            assertThat(rig.market().checkBooks().inside(Denom.USDC))
                    .isEqualTo(MicroAmount.of(3 * Rig.FUNDS.micros()));
            Heard<OrderEvent> events = new Heard<>();
            try {
                rig.market().watch(order, events::add);
            } catch (MarketException e) {
                // The picture is older than the order.
                assertThat(e.code()).isEqualTo(Code.UNKNOWN);
                assertThat(rig.gained(tenant.account())).isZero();
                return;
            }
            events.next(Closed.class);
            rig.assertReleased(order, winner, loser);
            assertThat(rig.gained(loser.account())).isZero();
            long fees = 0;
            for (String pool :
                    List.of("community", "provider-subsidy", "stakers", "public-goods")) {
                fees += rig.balance(Account.pool(pool));
            }
            assertThat(rig.gained(tenant.account()) + rig.gained(winner.account()) + fees).isZero();
        }
    }
}
