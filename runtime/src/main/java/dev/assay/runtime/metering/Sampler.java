package dev.assay.runtime.metering;

import com.google.common.util.concurrent.Uninterruptibles;

import dev.assay.runtime.device.GpuId;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads every open meter of an agent once a second, on one thread, and compares the wall clock with
 * the monotonic one. The thread waits while no meter is open. GPUs are read under one lock, by this
 * thread or by whoever samples a meter: a driver that hangs in a call holds all of them up.
 * Thread-safe; its owner closes it after its meters.
 */
public final class Sampler implements AutoCloseable {
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);

    /** What two readings of the clocks may differ by when the machine is slow in between. */
    private static final Duration JITTER = Duration.ofMillis(500);

    private final Clocks clocks;
    private final GpuSource source;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Meter> open = new ArrayList<>();
    private final Thread thread;
    private @Nullable Moment last;
    private boolean closed;

    /** Both clocks, read together. */
    private record Moment(long nanos, Instant wall) {}

    /** What was noticed under the lock, to be told without it. */
    private record Notice(Meter meter, MeterEvent event) {
        void tell() {
            meter.events().accept(event);
        }
    }

    /** A sampler that reads when a meter is sampled or {@link #tick} is called, and else never. */
    Sampler(Clocks clocks, GpuSource source) {
        this.clocks = clocks;
        this.source = source;
        this.thread = Thread.ofPlatform().daemon().name("sampler").unstarted(this::loop);
    }

    /** Starts a sampler over this machine's GPUs. */
    public static Sampler start(InstantSource clock) {
        Sampler sampler = new Sampler(Clocks.system(clock), new NvmlGpus());
        sampler.thread.start();
        return sampler;
    }

    /** Begins to meter; a GPU that cannot be read is an event. */
    public Meter begin(Metered metered) {
        List<Notice> notices = new ArrayList<>();
        Meter meter;
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the sampler is closed");
            }
            List<MeterEvent> events = new ArrayList<>();
            long nanos = clocks.nanos().getAsLong();
            meter = new Meter(this, metered, gpus(metered.gpus(), events), nanos);
            meter.read(nanos, events::add);
            events.forEach(event -> notices.add(new Notice(meter, event)));
            open.add(meter);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        notices.forEach(Notice::tell);
        return meter;
    }

    private List<GpuMeter> gpus(List<GpuId> ids, List<MeterEvent> events) {
        List<GpuMeter> gpus = new ArrayList<>();
        for (GpuId id : ids) {
            try {
                gpus.add(new GpuMeter(id, source.open(id)));
            } catch (GpuUnreadableException e) {
                String why = String.valueOf(e.getMessage());
                events.add(
                        switch (e.code()) {
                            case NO_SOURCE -> new MeterEvent.NotMetered(id.toString(), why);
                            case NO_SUCH_GPU -> new MeterEvent.GpuLost(id, why);
                        });
            }
        }
        return gpus;
    }

    UsageSample sample(Meter meter) {
        List<Notice> notices = new ArrayList<>();
        UsageSample sample;
        lock.lock();
        try {
            if (open.contains(meter)) {
                read(meter, notices);
            }
            sample = meter.last(clocks.nanos().getAsLong());
        } finally {
            lock.unlock();
        }
        notices.forEach(Notice::tell);
        return sample;
    }

    void end(Meter meter) {
        List<Notice> notices = new ArrayList<>();
        lock.lock();
        try {
            if (open.remove(meter)) {
                read(meter, notices);
                meter.endGpus();
            }
        } finally {
            lock.unlock();
        }
        notices.forEach(Notice::tell);
    }

    /** Reads every open meter, and the clocks. */
    void tick() {
        List<Notice> notices = new ArrayList<>();
        lock.lock();
        try {
            clocks(notices);
            open.forEach(meter -> read(meter, notices));
        } finally {
            lock.unlock();
        }
        notices.forEach(Notice::tell);
    }

    private void read(Meter meter, List<Notice> notices) {
        meter.read(clocks.nanos().getAsLong(), event -> notices.add(new Notice(meter, event)));
    }

    private void clocks(List<Notice> notices) {
        Moment now = new Moment(clocks.nanos().getAsLong(), clocks.wall().instant());
        if (last != null) {
            Duration by =
                    Duration.between(last.wall(), now.wall())
                            .minusNanos(now.nanos() - last.nanos());
            if (by.abs().compareTo(JITTER) > 0) {
                open.forEach(meter -> notices.add(new Notice(meter, new MeterEvent.ClockJump(by))));
            }
        }
        last = now;
    }

    private void loop() {
        try {
            while (awaitTurn()) {
                tick();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the next second, and as long as there is nothing to read; false at the end. */
    private boolean awaitTurn() throws InterruptedException {
        lock.lock();
        try {
            long left = INTERVAL;
            while (!closed) {
                if (open.isEmpty()) {
                    last = null;
                    changed.await();
                    left = INTERVAL;
                } else if (left > 0) {
                    left = changed.awaitNanos(left);
                } else {
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the thread and every meter that is still open. */
    @Override
    public void close() {
        List<Meter> left;
        lock.lock();
        try {
            closed = true;
            left = List.copyOf(open);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        left.forEach(Meter::close);
        Uninterruptibles.joinUninterruptibly(thread);
    }
}
