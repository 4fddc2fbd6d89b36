package dev.assay.cli.command;

import dev.assay.cli.console.TerminalMode;
import dev.assay.cli.tenant.RemoteTerminal;
import dev.assay.cli.tenant.RunEvent;
import dev.assay.cli.tenant.TenantClient;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.Output;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.protocol.market.ShellRequest;
import dev.assay.verification.VerificationException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The terminal, shared by the report of a run and a shell in one of its containers: the shell opens
 * when the work runs, and while it is open the report waits. Closing it hangs up. Thread-safe.
 */
final class ShellWindow implements Consumer<RunEvent>, AutoCloseable {
    /** The most containers' lines that wait; more are dropped and counted. */
    private static final int MOST_LINES = 1_000;

    private static final List<String> COMMAND = List.of("/bin/sh");

    private final TenantClient tenant;
    private final OrderId order;
    private final int index;
    private final Consumer<RunEvent> report;
    private final boolean interactive;
    private final RemoteTerminal shell =
            new RemoteTerminal(System.in, System.out, this::shellOpened);

    /** The fields below are guarded by this. */
    private final List<RunEvent> waiting = new ArrayList<>();

    private int waitingLines;
    private long dropped;
    private boolean held;
    private @Nullable Thread thread;
    private Optional<TerminalMode> raw = Optional.empty();

    /**
     * @param index of the container
     * @param report takes what is not the shell's
     * @param interactive whether a person is at the terminal, whose keys all go to the shell then
     */
    ShellWindow(
            TenantClient tenant,
            OrderId order,
            int index,
            Consumer<RunEvent> report,
            boolean interactive) {
        this.tenant = tenant;
        this.order = order;
        this.index = index;
        this.report = report;
        this.interactive = interactive;
    }

    @Override
    public synchronized void accept(RunEvent event) {
        if (!held) {
            report.accept(event);
        } else if (event instanceof RunEvent.Wrote wrote) {
            hold(wrote.output());
        } else {
            waiting.add(event);
        }
        if (thread == null
                && event instanceof RunEvent.Reported reported
                && reported.event() instanceof OrderEvent.AttemptChanged changed
                && changed.state() == AttemptState.RUNNING) {
            thread = Thread.ofVirtual().name("shell").start(this::converse);
        }
    }

    private void hold(Output output) {
        dropped += output.dropped();
        if (waitingLines + output.lines().size() > MOST_LINES) {
            dropped += output.lines().size();
        } else {
            waitingLines += output.lines().size();
            waiting.add(new RunEvent.Wrote(new Output(output.lines(), 0)));
        }
    }

    private void converse() {
        TerminalMode.Size size = TerminalMode.size();
        ShellOutput.Ended ended;
        try {
            shell.open(
                    tenant, order, new ShellRequest(index, COMMAND, size.columns(), size.rows()));
            ended = shell.await();
        } catch (MarketException | VerificationException e) {
            ended = new ShellOutput.Ended(-1, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) { // nobody has this thread: it is not to run any more
            Thread.currentThread().interrupt();
            ended = new ShellOutput.Ended(-1, "interrupted");
        }
        release(ended);
    }

    private synchronized void shellOpened() {
        held = true;
        if (interactive) {
            raw = TerminalMode.raw();
        }
    }

    private synchronized void release(ShellOutput.Ended ended) {
        raw.ifPresent(TerminalMode::close);
        raw = Optional.empty();
        held = false;
        report.accept(new RunEvent.ShellEnded(ended.exitCode(), ended.detail()));
        if (dropped > 0) {
            report.accept(new RunEvent.Wrote(new Output(List.of(), dropped)));
        }
        waiting.forEach(report);
        waiting.clear();
    }

    @Override
    public void close() {
        shell.close();
        Thread open;
        synchronized (this) {
            open = thread;
        }
        try {
            if (open != null) {
                open.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
