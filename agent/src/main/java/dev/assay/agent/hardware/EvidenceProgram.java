package dev.assay.agent.hardware;

import dev.assay.runtime.device.GpuId;
import dev.assay.verification.hardware.EvidenceFile;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program of the provider's own that asks hardware: it is given a nonce and writes an {@link
 * EvidenceFile} to its standard output. Its first argument is the nonce in hex; the environment has
 * {@code ASSAY_NONCE}, {@code ASSAY_LEASE}, {@code ASSAY_GPUS} (UUIDs, with commas between) and
 * {@code ASSAY_CHECKPOINT_ORIGIN}, {@code _SIZE} and {@code _ROOT}, and nothing else of Assay's.
 *
 * <p>One call of {@link #ask} owns the process: it reads what there is without ever waiting for a
 * pipe, and at its end kills the process and every other one that has the nonce in its environment,
 * where the kernel shows environments ({@code /proc}).
 *
 * @param path absolute
 */
public record EvidenceProgram(Path path) {
    private static final long LOOK_MILLIS = 10;
    private static final int ERROR_TAIL = 400;
    private static final String PREFIX = "ASSAY_";
    private static final String NONCE = PREFIX + "NONCE";

    /**
     * What the program wrote.
     *
     * @param stop ends the program early
     * @throws NoEvidenceException it cannot be started, did not end in time, wrote too much or
     *     nothing, or failed
     */
    byte[] ask(Question question, Duration limit, BooleanSupplier stop) throws NoEvidenceException {
        String nonce = question.nonce().value().hex();
        ProcessBuilder builder = new ProcessBuilder(path.toString(), nonce);
        builder.redirectInput(new File("/dev/null"));
        builder.environment().keySet().removeIf(name -> name.startsWith(PREFIX));
        builder.environment().putAll(environment(question));
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new NoEvidenceException("cannot be started: " + e.getMessage(), e);
        }
        try {
            return output(process, limit, stop);
        } catch (IOException e) {
            throw new NoEvidenceException("its output cannot be read: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoEvidenceException("was interrupted", e);
        } finally {
            end(process, NONCE + "=" + nonce);
        }
    }

    private static Map<String, String> environment(Question question) {
        return Map.of(
                NONCE,
                question.nonce().value().hex(),
                PREFIX + "LEASE",
                question.lease().hex(),
                PREFIX + "GPUS",
                question.gpus().stream().map(GpuId::uuid).collect(Collectors.joining(",")),
                PREFIX + "CHECKPOINT_ORIGIN",
                question.checkpoint().origin(),
                PREFIX + "CHECKPOINT_SIZE",
                Long.toString(question.checkpoint().size()),
                PREFIX + "CHECKPOINT_ROOT",
                question.checkpoint().root().hex());
    }

    private static byte[] output(Process process, Duration limit, BooleanSupplier stop)
            throws NoEvidenceException, IOException, InterruptedException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        StringBuilder errors = new StringBuilder();
        long deadline = System.nanoTime() + limit.toNanos();
        boolean ended = false;
        while (!ended) {
            ended = process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            output.writeBytes(there(process.getInputStream()));
            errors.append(new String(there(process.getErrorStream()), StandardCharsets.ISO_8859_1));
            errors.delete(0, Math.max(0, errors.length() - ERROR_TAIL));
            if (output.size() > EvidenceFile.MAX_BYTES) {
                throw new NoEvidenceException(
                        "wrote more than the " + EvidenceFile.MAX_BYTES + " bytes of evidence");
            }
            if (!ended && stop.getAsBoolean()) {
                throw new NoEvidenceException("was not waited for: the attempt is to end");
            }
            if (!ended && System.nanoTime() - deadline > 0) {
                throw new NoEvidenceException(
                        "did not end within " + limit.toMillis() + " ms" + said(errors));
            }
        }
        if (process.exitValue() != 0) {
            throw new NoEvidenceException("exited with " + process.exitValue() + said(errors));
        }
        if (output.size() == 0) {
            throw new NoEvidenceException("wrote nothing" + said(errors));
        }
        return output.toByteArray();
    }

    /** What can be read now, but for a writer that never pauses no more than a little too much. */
    private static byte[] there(InputStream in) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        for (int n = in.available();
                n > 0 && read.size() <= EvidenceFile.MAX_BYTES;
                n = in.available()) {
            read.writeBytes(in.readNBytes(n));
        }
        return read.toByteArray();
    }

    private static String said(CharSequence errors) {
        String line = errors.toString().replaceAll("[^ -~]+", " ").strip();
        return line.isEmpty() ? "" : ": " + line;
    }

    private static void end(Process process, String mark) {
        Stream.concat(
                        Stream.concat(Stream.of(process.toHandle()), process.descendants()),
                        ProcessHandle.allProcesses().filter(other -> isMarked(other, mark)))
                .toList()
                .forEach(ProcessHandle::destroyForcibly);
    }

    private static boolean isMarked(ProcessHandle process, String mark) {
        try {
            byte[] all =
                    Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "environ"));
            return Stream.of(new String(all, StandardCharsets.ISO_8859_1).split("\0", -1))
                    .anyMatch(mark::equals);
        } catch (IOException e) {
            return false; // it ended, or is another user's
        }
    }
}
