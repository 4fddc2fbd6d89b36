package dev.assay.verification.witness;

import com.google.common.util.concurrent.Uninterruptibles;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.log.NoteSignature;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.TransparencyLog;
import dev.assay.verification.log.VerifiedCheckpoint;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * The thread that has a log's checkpoints cosigned before everyone sees them. It asks all witnesses
 * about the newest checkpoint at the same time, waits until each has answered or its time is up,
 * and publishes the checkpoint when at least {@code needed} of them cosigned it.
 *
 * <p>The first round is asked at once, so that a witness which was told of wrongly is known early.
 * When fewer than needed cosign, the public checkpoint stays the last one that enough cosigned; the
 * log goes on taking entries, which are durable but not shown; and the witnesses are asked again
 * after a pause, about what is newest by then. Each round is told, with the reason for every
 * missing cosignature.
 *
 * <p>Everything that a witness is shown is durable in the log before, so that no crash can leave a
 * witness ahead of the log. The owner closes it, before the log.
 */
public final class WitnessedPublication implements AutoCloseable {
    private static final int MOST_CONFLICTS = 3;

    private final TransparencyLog log;
    private final List<WitnessConnection> witnesses;
    private final int needed;
    private final Duration pause;
    private final Consumer<WitnessRound> listener;
    private final Map<String, Long> sizes = new ConcurrentHashMap<>();
    private final ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread thread =
            Thread.ofPlatform().name("log-witnesses").unstarted(this::publishUntilClosed);

    /**
     * A publication that is yet to be started.
     *
     * @param log opened with {@link dev.assay.verification.log.Publication#WHEN_WITNESSED}
     * @param needed how many of the witnesses must cosign, at least one
     * @param pause between a round that found too few and the next
     * @param listener told of every round, on the publication's thread
     */
    public WitnessedPublication(
            TransparencyLog log,
            List<WitnessConnection> witnesses,
            int needed,
            Duration pause,
            Consumer<WitnessRound> listener) {
        long distinct = witnesses.stream().map(witness -> witness.key().name()).distinct().count();
        if (needed < 1 || needed > witnesses.size() || distinct != witnesses.size()) {
            throw new IllegalArgumentException(
                    needed + " of " + distinct + " witnesses cannot be needed");
        }
        this.log = log;
        this.witnesses = List.copyOf(witnesses);
        this.needed = needed;
        this.pause = pause;
        this.listener = listener;
    }

    /** Starts publishing. */
    public void start() {
        thread.start();
    }

    /** Asks all witnesses once about the newest checkpoint. */
    WitnessRound round() throws VerificationException, InterruptedException {
        VerifiedCheckpoint newest = log.checkpoint();
        Map<String, Future<VerifiedCosignature>> asked = new TreeMap<>();
        for (WitnessConnection witness : witnesses) {
            asked.put(witness.key().name(), asking.submit(() -> cosign(witness, newest)));
        }
        List<VerifiedCosignature> cosignatures = new ArrayList<>();
        Map<String, String> failures = new TreeMap<>();
        for (Map.Entry<String, Future<VerifiedCosignature>> each : asked.entrySet()) {
            try {
                cosignatures.add(each.getValue().get());
            } catch (ExecutionException e) {
                failures.put(each.getKey(), reason(e));
            }
        }
        List<NoteSignature> lines = cosignatures.stream().map(VerifiedCosignature::line).toList();
        VerifiedCheckpoint cosigned = newest.note().with(lines).verify(log.key());
        boolean enough = cosignatures.size() >= needed;
        if (enough) {
            log.publish(cosigned.note());
        }
        return new WitnessRound(cosigned, cosignatures, failures, enough);
    }

    /** Stops asking; a round under way is given up. */
    @Override
    public void close() {
        asking.shutdownNow();
        thread.interrupt();
        Uninterruptibles.joinUninterruptibly(thread);
        asking.close();
    }

    private void publishUntilClosed() {
        try {
            long published = -1;
            while (!asking.isShutdown()) {
                log.awaitLarger(published);
                WitnessRound round = round();
                listener.accept(round);
                if (round.published()) {
                    published = round.checkpoint().size();
                } else {
                    Thread.sleep(pause);
                }
            }
        } catch (InterruptedException | RejectedExecutionException e) {
            // Closed.
        } catch (VerificationException e) {
            // The log's directory takes no more; appends say so to who can act.
            listener.accept(
                    new WitnessRound(
                            log.checkpoint(),
                            List.of(),
                            Map.of(log.checkpoint().origin(), String.valueOf(e.getMessage())),
                            false));
        }
    }

    /** Asks one witness, from the size that it says it cosigned last. */
    private VerifiedCosignature cosign(WitnessConnection witness, VerifiedCheckpoint newest)
            throws VerificationException {
        String name = witness.key().name();
        for (int conflicts = 0; conflicts < MOST_CONFLICTS; conflicts++) {
            long old = sizes.getOrDefault(name, 0L);
            List<Digest> proof =
                    old == 0 ? List.of() : log.consistencyProof(old, newest.size()).hashes();
            WitnessAnswer answer = witness.ask(new AddCheckpoint(old, proof, newest.note()));
            switch (answer) {
                case WitnessAnswer.Cosigned cosigned -> {
                    SignedNote note = newest.note().with(List.of(cosigned.signature()));
                    VerifiedCosignature verified = witness.key().verify(note);
                    sizes.put(name, newest.size());
                    return verified;
                }
                case WitnessAnswer.Conflict conflict -> {
                    if (conflict.size() > newest.size() || conflict.size() == old) {
                        throw refused(anotherHistory(conflict.size(), newest.size()));
                    }
                    sizes.put(name, conflict.size());
                }
                case WitnessAnswer.Malformed malformed -> throw refused(malformed.why());
                case WitnessAnswer.NotSigned _ ->
                        throw refused(
                                "it follows another log that is called "
                                        + newest.origin()
                                        + " too, with another key; "
                                        + follow(name));
                case WitnessAnswer.UnknownLog unknown ->
                        throw refused(
                                "it does not follow log "
                                        + unknown.origin()
                                        + ", or nothing at that URL is a witness; "
                                        + follow(name));
                case WitnessAnswer.NotConsistent not ->
                        throw refused(
                                anotherHistory(old, newest.size()) + "; it says: " + not.why());
            }
        }
        throw refused("its size changed between requests; is it asked by two logs?");
    }

    private static String anotherHistory(long cosigned, long own) {
        return "it cosigned another history, of size "
                + cosigned
                + ", than this log has, of size "
                + own
                + ": this log was rolled back or forked; take no more entries before it is known"
                + " why";
    }

    /** How a witness that does not follow this log is made to. */
    private String follow(String witness) {
        return "start it with: assay witness --name '%s' --log '%s'"
                .formatted(witness, log.key().vkey());
    }

    private static String reason(ExecutionException e) {
        Throwable cause = e.getCause();
        return cause instanceof VerificationException known
                ? String.valueOf(known.getMessage())
                : String.valueOf(cause);
    }

    private static VerificationException refused(String why) {
        return new VerificationException(Code.BAD_CHECKPOINT, why);
    }
}
