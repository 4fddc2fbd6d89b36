package dev.assay.cli.tenant;

import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.ShellInput;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.protocol.market.ShellRequest;
import dev.assay.protocol.market.TenantService.ShellLine;
import dev.assay.verification.VerificationException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;

/**
 * A shell in a container of an order, on this side: carries what is typed there and what comes back
 * here, with never more frames on their way than the window. Thread-safe.
 */
public final class RemoteTerminal implements AutoCloseable {
    /** What a terminal sends for the end of its input. */
    private static final byte[] END_OF_INPUT = {4};

    private final InputStream in;
    private final OutputStream out;
    private final CompletableFuture<ShellOutput.Ended> ended = new CompletableFuture<>();
    private final CompletableFuture<ShellLine> line = new CompletableFuture<>();
    private final Semaphore room = new Semaphore(ShellInput.WINDOW);
    private final Thread typist;
    private final Runnable opened;

    /**
     * @param in what is typed; its reading may go on until it next returns when the shell has ended
     * @param out where the shell's output goes
     * @param opened run when the shell is there
     */
    public RemoteTerminal(InputStream in, OutputStream out, Runnable opened) {
        this.in = in;
        this.out = out;
        this.opened = opened;
        this.typist = Thread.ofVirtual().name("typist").unstarted(this::type);
    }

    /** Asks for the shell; it opens once its container runs. */
    public void open(TenantClient client, OrderId order, ShellRequest request)
            throws MarketException, VerificationException {
        line.complete(client.market().shell(client.access(order), request, this::take));
    }

    private void take(ShellOutput output) {
        try {
            switch (output) {
                case ShellOutput.Opened _ -> {
                    if (typist.getState() == Thread.State.NEW) {
                        opened.run();
                        typist.start();
                    }
                }
                case ShellOutput.Written written -> {
                    out.write(written.bytes().toArray());
                    out.flush();
                    send(new ShellInput.Taken(1));
                }
                case ShellOutput.Taken taken -> room.release(taken.frames());
                case ShellOutput.Ended end -> ended.complete(end);
            }
        } catch (IOException e) {
            ended.complete(new ShellOutput.Ended(-1, "the output cannot be written: " + e));
        }
    }

    private void type() {
        byte[] buffer = new byte[ShellInput.MAX_BYTES];
        byte last = '\n';
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (count > 0) {
                    type(Arrays.copyOf(buffer, count));
                    last = buffer[count - 1];
                }
            }
            if (last != '\n') {
                type(END_OF_INPUT); // in the middle of a line the first only ends the line
            }
            type(END_OF_INPUT);
        } catch (IOException e) {
            ended.complete(new ShellOutput.Ended(-1, "the input cannot be read: " + e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the shell ended
        }
    }

    private void type(byte[] bytes) throws InterruptedException {
        room.acquire();
        send(new ShellInput.Typed(Bytes.copyOf(bytes)));
    }

    /** A terminal that does not get through says so by its last output. */
    private void send(ShellInput input) {
        try {
            line.join().send(input);
        } catch (MarketException e) {
            ended.complete(new ShellOutput.Ended(-1, String.valueOf(e.getMessage())));
        }
    }

    /** Waits for the end. */
    public ShellOutput.Ended await() throws InterruptedException {
        try {
            return ended.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of a shell is always told", e);
        }
    }

    /** Hangs up, if the shell is open. */
    @Override
    public void close() {
        typist.interrupt();
        @Nullable ShellLine open = line.getNow(null);
        if (open != null) {
            open.close();
        }
        ended.complete(new ShellOutput.Ended(-1, "hung up"));
    }
}
