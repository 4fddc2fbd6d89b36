package dev.assay.verification.history;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a history, statement by statement in the order of the log; the log's own files are its
 * caller's to put beside. The index comes last, so a folder without one is not whole. The owner
 * closes it. Not thread-safe.
 */
public final class HistoryWriter implements AutoCloseable {
    private final Path folder;
    private final OutputStream statements;
    private final Map<KeyId, VerifyingKey> keys = new LinkedHashMap<>();
    private long last = -1;
    private long count;

    private HistoryWriter(Path folder, OutputStream statements) {
        this.folder = folder;
        this.statements = statements;
    }

    /** Begins a history in a new folder. */
    public static HistoryWriter begin(Path folder) throws VerificationException {
        try {
            Files.createDirectories(folder);
            return new HistoryWriter(
                    folder,
                    new BufferedOutputStream(
                            Files.newOutputStream(
                                    folder.resolve(HistoryLayout.STATEMENTS),
                                    StandardOpenOption.CREATE_NEW,
                                    StandardOpenOption.WRITE),
                            1 << 16));
        } catch (IOException e) {
            throw failed(folder, e);
        }
    }

    /**
     * Adds the statement that the log holds at this index, which is above those before.
     *
     * @param signer the key that signed it
     */
    public void add(long index, Envelope envelope, VerifyingKey signer)
            throws VerificationException {
        if (index <= last) {
            throw new IllegalArgumentException("entry " + index + " after entry " + last);
        }
        if (!signer.keyId().equals(envelope.keyId())) {
            throw new IllegalArgumentException("the envelope names another key");
        }
        try {
            statements.write(new HistoryLine(index, envelope).bytes());
        } catch (IOException e) {
            throw failed(folder, e);
        }
        keys.putIfAbsent(signer.keyId(), signer);
        last = index;
        count++;
    }

    /**
     * Completes the history.
     *
     * @param logUrl where the log is, when its files do not lie in the folder
     */
    public HistoryIndex finish(
            KeyId provider, KeyId market, LogVerifyingKey log, Optional<URI> logUrl)
            throws VerificationException {
        HistoryIndex index = new HistoryIndex(provider, market, count, logUrl);
        StringBuilder pems = new StringBuilder();
        keys.values().forEach(key -> pems.append(key.toPem()));
        try {
            statements.flush();
            Files.writeString(folder.resolve(HistoryLayout.KEYS), pems, StandardCharsets.US_ASCII);
            Files.writeString(folder.resolve(HistoryLayout.LOG_KEY), log.vkey() + "\n");
            Files.write(folder.resolve(HistoryLayout.INDEX), index.bytes());
            return index;
        } catch (IOException e) {
            throw failed(folder, e);
        }
    }

    @Override
    public void close() throws VerificationException {
        try {
            statements.close();
        } catch (IOException e) {
            throw failed(folder, e);
        }
    }

    private static VerificationException failed(Path folder, IOException e) {
        return new VerificationException(
                Code.IO,
                "cannot write the history to "
                        + folder
                        + ": "
                        + e
                        + "; name a new folder where there is room",
                e);
    }
}
