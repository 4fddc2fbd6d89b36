package dev.assay.market.server;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Deliveries to one listener, in order, on a virtual thread of its own: a slow listener holds
 * nobody else up.
 */
final class Mailbox {
    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

    /** What is to be delivered; empty for the end. */
    private final BlockingQueue<Optional<Runnable>> deliveries = new LinkedBlockingQueue<>();

    private final Thread thread;
    private volatile boolean stopped;

    private Mailbox(String name) {
        this.thread = Thread.ofVirtual().name(name).unstarted(this::deliver);
    }

    static Mailbox open(String name) {
        Mailbox mailbox = new Mailbox(name);
        mailbox.thread.start();
        return mailbox;
    }

    void put(Runnable delivery) {
        deliveries.add(Optional.of(delivery));
    }

    /** Delivers what was put so far, then ends. */
    void finish() {
        deliveries.add(Optional.empty());
    }

    /** Drops what was not delivered yet and ends. */
    void stop() {
        stopped = true;
        finish();
    }

    /** Whether its listener wants nothing more. */
    boolean isStopped() {
        return stopped;
    }

    /** Waits until the mailbox has ended, but not for a listener that hangs. */
    void await(Duration atMost) {
        if (Thread.currentThread().equals(thread)) {
            return;
        }
        try {
            if (!thread.join(atMost)) {
                LOG.warn("{}: the listener is still busy", thread.getName());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void deliver() {
        try {
            Optional<Runnable> next = deliveries.take();
            while (next.isPresent()) {
                if (!stopped) {
                    deliver(next.get());
                }
                next = deliveries.take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void deliver(Runnable delivery) {
        try {
            delivery.run();
        } catch (RuntimeException e) {
            LOG.error("{}: the listener failed", thread.getName(), e);
        }
    }
}
