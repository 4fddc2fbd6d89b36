package dev.assay.agent.jobs;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.Bytes;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The market's answers to the documents that an attempt submitted. Thread-safe. */
final class Acknowledgements {
    private final ConcurrentHashMap<Digest, CompletableFuture<Long>> answers =
            new ConcurrentHashMap<>();
    private final CompletableFuture<Long> end = new CompletableFuture<>();

    void accepted(Bytes document, long index) {
        answer(document).complete(index);
    }

    void refused(Bytes document, AttemptFailure reason) {
        answer(document).completeExceptionally(reason);
    }

    /** Nobody waits any longer for what is not answered yet. */
    void end(AttemptFailure reason) {
        end.completeExceptionally(reason);
    }

    /** Waits until the market logged the document; returns its index. */
    long await(Bytes document, Duration limit) throws AttemptFailure {
        CompletableFuture<Long> answer = answer(document);
        var _ = end.whenComplete((_, reason) -> answer.completeExceptionally(reason));
        try {
            return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AttemptFailure(
                    Cause.MARKET_ERROR,
                    "the market did not answer within " + limit.toSeconds() + " s",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AttemptFailure(Cause.AGENT_RESTARTED, "the agent was stopped", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AttemptFailure failure) {
                throw failure;
            }
            throw new IllegalStateException(e);
        }
    }

    private CompletableFuture<Long> answer(Bytes document) {
        return answers.computeIfAbsent(document.digest(), _ -> new CompletableFuture<>());
    }
}
