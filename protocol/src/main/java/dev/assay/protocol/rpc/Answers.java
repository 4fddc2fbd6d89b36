package dev.assay.protocol.rpc;

import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what the market answers on a stream. */
final class Answers {
    private Answers() {}

    /** Returns when the answer came; throws what was refused, or that none came in time. */
    static void await(CompletableFuture<Void> answer) throws MarketException {
        try {
            answer.get(MarketClient.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MarketException refusal) {
                throw new MarketException(refusal.code(), refusal.getMessage(), refusal);
            }
            throw new AssertionError("answers fail with MarketException only", e);
        } catch (TimeoutException e) {
            throw new MarketException(
                    Code.UNAVAILABLE,
                    "no answer of the market in " + MarketClient.TIMEOUT.toSeconds() + " s",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MarketException(
                    Code.UNAVAILABLE, "interrupted while waiting for the market", e);
        }
    }
}
