package dev.assay.agent.jobs;

import com.google.common.util.concurrent.Uninterruptibles;

import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.ShellInput;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.protocol.market.ShellRequest;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.Shell;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;

/**
 * One shell of a tenant, from the request to its last word: waits for the container, carries bytes
 * both ways, and never has more frames on their way than the window. Owns two virtual threads and
 * the process in the container; it ends with the process, the container, or {@link #hangUp}.
 * Thread-safe.
 */
final class TenantShell implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TenantShell.class);

    private final ShellRequest request;
    private final Shells.Rooms rooms;
    private final Line line;
    private final long session;
    private final BlockingQueue<ShellInput> typed = new ArrayBlockingQueue<>(ShellInput.WINDOW);
    private final Semaphore room = new Semaphore(ShellInput.WINDOW);
    private final Thread thread = Thread.ofVirtual().name("shell").unstarted(this::run);
    private volatile boolean over;

    /** Where its output goes. */
    @FunctionalInterface
    interface Line {
        void send(ShellOutput output) throws MarketException;
    }

    TenantShell(ShellRequest request, Shells.Rooms rooms, Line line, long session) {
        this.request = request;
        this.rooms = rooms;
        this.line = line;
        this.session = session;
    }

    /** Starts it. */
    void begin() {
        thread.start();
    }

    long session() {
        return session;
    }

    /** Whether another may be opened. */
    boolean isOver() {
        return over;
    }

    /** Takes something from the tenant; more than the window allows ends the shell. */
    void take(ShellInput input) {
        boolean within =
                switch (input) {
                    case ShellInput.Typed _, ShellInput.Resized _ -> typed.offer(input);
                    case ShellInput.Taken taken -> {
                        room.release(taken.frames());
                        yield room.availablePermits() <= ShellInput.WINDOW;
                    }
                    case ShellInput.HungUp _ -> false;
                };
        if (!within) {
            hangUp();
        }
    }

    /** Ends the shell. Returns at once. */
    void hangUp() {
        thread.interrupt();
    }

    private void run() {
        ShellOutput.Ended last;
        try {
            Optional<ContainerRun> container = rooms.running(request.index());
            last =
                    container.isPresent()
                            ? converse(container.get())
                            : new ShellOutput.Ended(
                                    -1,
                                    "container "
                                            + request.index()
                                            + " does not run any more, or there is none");
        } catch (InterruptedException e) {
            last = new ShellOutput.Ended(-1, "hung up");
        } catch (ContainerException e) {
            last = new ShellOutput.Ended(-1, String.valueOf(e.getMessage()));
        }
        var _ = Thread.interrupted(); // it was meant for the conversation
        over = true;
        try {
            line.send(last);
        } catch (MarketException e) {
            LOG.debug("a shell's end is not told: {}", e.getMessage());
        }
    }

    private ShellOutput.Ended converse(ContainerRun container)
            throws ContainerException, InterruptedException {
        Shell shell = container.shell(request.command());
        Thread typist = Thread.ofVirtual().name("shell-input").unstarted(() -> type(shell));
        try {
            line.send(new ShellOutput.Opened());
            shell.resize(request.columns(), request.rows());
            typist.start();
            show(shell);
            return new ShellOutput.Ended(shell.exitCode(), "");
        } catch (IOException | MarketException e) {
            return new ShellOutput.Ended(-1, "broken: " + e.getMessage());
        } finally {
            boolean interrupted = Thread.interrupted(); // the process is ended all the same
            typist.interrupt();
            shell.close();
            typist.join();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void show(Shell shell) throws IOException, MarketException, InterruptedException {
        byte[] buffer = new byte[ShellInput.MAX_BYTES];
        for (int count = shell.output().read(buffer);
                count >= 0;
                count = shell.output().read(buffer)) {
            room.acquire();
            line.send(new ShellOutput.Written(Bytes.copyOf(Arrays.copyOf(buffer, count))));
        }
    }

    private void type(Shell shell) {
        try {
            while (true) {
                switch (typed.take()) {
                    case ShellInput.Typed bytes -> {
                        shell.input().write(bytes.bytes().toArray());
                        shell.input().flush();
                    }
                    case ShellInput.Resized size -> shell.resize(size.columns(), size.rows());
                    case ShellInput.Taken _, ShellInput.HungUp _ -> {} // never queued
                }
                line.send(new ShellOutput.Taken(1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the shell ended
        } catch (IOException | ContainerException | MarketException e) {
            LOG.debug("a shell takes no more input: {}", e.getMessage());
        }
    }

    /** Ends the shell and waits for that. */
    @Override
    public void close() {
        hangUp();
        Uninterruptibles.joinUninterruptibly(thread);
    }
}
