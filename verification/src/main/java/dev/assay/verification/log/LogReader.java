package dev.assay.verification.log;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogVerifyingKey;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Somebody else's log, read from its files as it was at one signed checkpoint. Nothing is given out
 * that the checkpoint's root does not commit to. Immutable and as thread-safe as its files.
 */
public final class LogReader {
    private final LogFiles files;
    private final LogView view;

    private LogReader(LogFiles files, LogView view) {
        this.files = files;
        this.view = view;
    }

    /** The log in these files at its newest public checkpoint, which this key must have signed. */
    public static LogReader open(LogFiles files, LogVerifyingKey key) throws VerificationException {
        Optional<VerifiedCheckpoint> newest =
                CommittedLog.checkpoint(files, CommittedLog.CHECKPOINT, key);
        return at(
                files,
                newest.orElseThrow(() -> files.corrupt(CommittedLog.CHECKPOINT, "it is missing")));
    }

    /** The log in these files at this checkpoint. */
    public static LogReader at(LogFiles files, VerifiedCheckpoint checkpoint)
            throws VerificationException {
        RightEdge edge = CommittedLog.edge(files, checkpoint);
        return new LogReader(files, new LogView(files, checkpoint, edge, new KnownTiles()));
    }

    /** The files of a log in a directory, which a process may be writing to. */
    public static LogFiles in(Path directory) throws VerificationException {
        if (!Files.isDirectory(directory)) {
            throw new VerificationException(
                    Code.IO, directory + " is no directory; name the one that holds checkpoint");
        }
        return LogDirectory.reading(directory);
    }

    /** The checkpoint that everything read is compared with. */
    public VerifiedCheckpoint checkpoint() {
        return view.checkpoint();
    }

    /** The bytes of a leaf. */
    public byte[] leaf(long index) throws VerificationException {
        return view.leaf(index);
    }

    /** This leaf and those after it that lie in the same file: 1 to 256. */
    public List<byte[]> leaves(long first) throws VerificationException {
        return view.leaves(first);
    }

    /**
     * The hashes of this leaf and those after it that lie in the same file, 32 bytes each: 1 to 256
     * of them. Who goes through a log from its beginning reads each file once.
     */
    public byte[] leafHashes(long first) throws VerificationException {
        return view.leafHashes(first);
    }

    /** The proof that a leaf is in the log at this checkpoint. */
    public TlogProof proof(long index) throws VerificationException {
        InclusionProof inclusion = view.inclusionProof(index, checkpoint().size());
        return new TlogProof(index, inclusion.hashes(), checkpoint().note());
    }

    /** The proof that the tree of size 1, at least one leaf, is a prefix of the tree of size 2. */
    public ConsistencyProof consistencyProof(long size1, long size2) throws VerificationException {
        return view.consistencyProof(size1, size2);
    }

    /** Evidence that all entries and tiles lead to the checkpoint; reads the whole log. */
    public VerifiedCheckpoint check() throws VerificationException {
        LogReplay.replay(files, checkpoint().note().checkpoint());
        return checkpoint();
    }
}
