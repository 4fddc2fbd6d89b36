package dev.assay.market.server;

import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a listener has heard, in order; a test waits for the next of a kind. */
final class Heard<M> {
    private static final long PATIENCE_SECONDS = 20;

    private final BlockingQueue<M> queue = new LinkedBlockingQueue<>();
    private final List<M> taken = new ArrayList<>();

    void add(M message) {
        queue.add(message);
    }

    /** The next message of this kind; others before it are passed over. */
    <K extends M> K next(Class<K> kind) {
        try {
            while (true) {
                M message = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (message == null) {
                    return fail(
                            "no "
                                    + kind.getSimpleName()
                                    + " within "
                                    + PATIENCE_SECONDS
                                    + " s, only "
                                    + taken);
                }
                taken.add(message);
                if (kind.isInstance(message)) {
                    return kind.cast(message);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail("interrupted");
        }
    }

    /** Everything that was heard up to the last message waited for. */
    List<M> soFar() {
        return List.copyOf(taken);
    }

    /** Whether nothing more has come. */
    boolean isQuiet() {
        return queue.isEmpty();
    }
}
