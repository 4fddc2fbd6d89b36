package dev.assay.market.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.market.Papers;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Instant;
import java.util.Map;

class LedgerTest {
    private static final Account TENANT = new Account("tenant:a");
    private static final Account ESCROW = new Account("escrow:b");

    private final MemoryBook book = new MemoryBook();
    private final Ledger ledger = new Ledger(book);

    @Test
    void post_withinBalance_movesExactlyTheAmount() throws MarketException {
        ledger.post(transfer(Account.OUTSIDE, TENANT, Denom.USDC, 100));
        ledger.post(transfer(TENANT, ESCROW, Denom.USDC, 100));

        assertThat(ledger.balance(TENANT, Denom.USDC)).isEqualTo(MicroAmount.ZERO);
        assertThat(ledger.balance(ESCROW, Denom.USDC)).isEqualTo(MicroAmount.of(100));
        assertThat(ledger.check().inside(Denom.USDC)).isEqualTo(MicroAmount.of(100));
        assertThat(ledger.check().transfers()).isEqualTo(2);
    }

    @Test
    void post_oneMicroTooMuch_refusesAndChangesNothing() throws MarketException {
        ledger.post(transfer(Account.OUTSIDE, TENANT, Denom.USDC, 100));

        assertThatThrownBy(() -> ledger.post(transfer(TENANT, ESCROW, Denom.USDC, 101)))
                .isInstanceOfSatisfying(
                        MarketException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.INSUFFICIENT_FUNDS))
                .hasMessageContaining("0.000100 usdc, less than the 0.000101 needed");
        assertThat(book.transfers).hasSize(1);
    }

    @Test
    void post_otherDenom_isNotCovered() throws MarketException {
        ledger.post(transfer(Account.OUTSIDE, TENANT, Denom.AKT, 100));

        assertThatThrownBy(() -> ledger.post(transfer(TENANT, ESCROW, Denom.USDC, 1)))
                .isInstanceOf(MarketException.class);
    }

    @Test
    void post_overflowingBalance_refuses() throws MarketException {
        ledger.post(transfer(Account.OUTSIDE, TENANT, Denom.USDC, Long.MAX_VALUE));

        assertThatThrownBy(() -> ledger.post(transfer(Account.OUTSIDE, TENANT, Denom.USDC, 1)))
                .isInstanceOfSatisfying(
                        MarketException.class, e -> assertThat(e.code()).isEqualTo(Code.REFUSED));
        assertThat(ledger.balance(TENANT, Denom.USDC)).isEqualTo(MicroAmount.of(Long.MAX_VALUE));
    }

    @Test
    void transfer_ofNothingOrToItself_isNoTransfer() {
        assertThatThrownBy(() -> transfer(TENANT, ESCROW, Denom.USDC, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> transfer(TENANT, TENANT, Denom.USDC, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void check_tamperedBalance_isFound() throws MarketException {
        ledger.post(transfer(Account.OUTSIDE, TENANT, Denom.USDC, 100));
        book.balances.put(new Holding(TENANT, Denom.USDC), 101L);

        assertThatThrownBy(ledger::check)
                .isInstanceOfSatisfying(
                        MarketException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
    }

    @Test
    void check_transferThatNobodyCouldAfford_isFound() {
        book.transfers.add(transfer(TENANT, ESCROW, Denom.USDC, 5));
        book.balances.putAll(
                Map.of(
                        new Holding(TENANT, Denom.USDC), -5L,
                        new Holding(ESCROW, Denom.USDC), 5L));

        assertThatThrownBy(ledger::check).hasMessageContaining("below zero");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomTransfers_alwaysBalance(long seed) throws MarketException {
        RandomTransfers transfers = new RandomTransfers(seed);
        int refused = 0;
        for (int i = 0; i < 500; i++) {
            try {
                ledger.post(transfers.next());
            } catch (MarketException e) {
                refused++;
            }
            ledger.check();
            assertThat(book.balances)
                    .allSatisfy(
                            (holding, micros) -> {
                                if (!holding.account().equals(Account.OUTSIDE)) {
                                    assertThat(micros).isNotNegative();
                                }
                            });
        }
        assertThat(refused).isPositive();
        assertThat(book.transfers).hasSizeGreaterThan(100);
    }

    private static Transfer transfer(Account from, Account to, Denom denom, long micros) {
        return new Transfer(
                from,
                to,
                denom,
                MicroAmount.of(micros),
                new Citation(Citation.Kind.FUNDING, Papers.digest("payment")),
                Instant.EPOCH);
    }
}
