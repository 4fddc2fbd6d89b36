package dev.assay.verification.audit;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.statement.EvidencePredicate;
import dev.assay.verification.statement.Statement;
import dev.assay.verification.statement.Subject;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Puts an evidence folder together beside its final place, signs its index, and moves it there
 * whole. Not thread-safe; closing it discards a folder that was not finished.
 */
public final class EvidenceWriter implements AutoCloseable {
    private static final String README_TEMPLATE = "evidence-README.md";

    private final Path folder;
    private final Path partial;
    private final Map<String, Digest> files = new TreeMap<>();

    private EvidenceWriter(Path folder, Path partial) {
        this.folder = folder;
        this.partial = partial;
    }

    /** Begins a folder that must not exist yet. */
    public static EvidenceWriter begin(Path folder) throws VerificationException {
        try {
            if (Files.exists(folder)) {
                throw new VerificationException(
                        Code.IO, folder + " exists already; remove it or name another folder");
            }
            Files.createDirectories(folder.toAbsolutePath().getParent());
            Path partial = folder.resolveSibling(folder.getFileName() + ".part");
            delete(partial);
            Files.createDirectory(partial);
            EvidenceWriter writer = new EvidenceWriter(folder, partial);
            try (InputStream readme = EvidenceWriter.class.getResourceAsStream(README_TEMPLATE)) {
                if (readme == null) {
                    throw new IllegalStateException(
                            README_TEMPLATE + " is missing from the program");
                }
                writer.add(EvidenceLayout.README, readme.readAllBytes());
            }
            return writer;
        } catch (IOException e) {
            throw failed(folder, e);
        }
    }

    /** Adds a file with these bytes. */
    public void add(String name, byte[] bytes) throws VerificationException {
        try {
            Path file = place(name);
            Files.write(file, bytes);
            files.put(name, Digest.sha256(bytes));
        } catch (IOException e) {
            throw failed(folder, e);
        }
    }

    /** Adds a copy of a file. */
    public void add(String name, Path source) throws VerificationException {
        try {
            Path file = place(name);
            Files.copy(source, file);
            files.put(name, Digest.sha256(file));
        } catch (IOException e) {
            throw failed(folder, e);
        }
    }

    /** Signs the index and moves the folder into its place. */
    public Path finish(LeaseId lease, SigningKey tenantKey, Instant now)
            throws VerificationException {
        List<Subject> subjects = new ArrayList<>();
        files.forEach((name, digest) -> subjects.add(new Subject(name, digest)));
        Statement index =
                new Statement(subjects, new EvidencePredicate(lease, tenantKey.keyId(), now));
        try {
            Files.write(
                    partial.resolve(EvidenceLayout.INDEX),
                    SignedStatement.sign(index, tenantKey).bytes());
            return Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failed(folder, e);
        }
    }

    @Override
    public void close() throws VerificationException {
        try {
            delete(partial);
        } catch (IOException e) {
            throw failed(partial, e);
        }
    }

    private Path place(String name) throws IOException {
        Path file = partial.resolve(name);
        Files.createDirectories(file.getParent());
        return file;
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static VerificationException failed(Path path, IOException e) {
        return new VerificationException(
                Code.IO, "cannot write the evidence folder " + path + ": " + e.getMessage(), e);
    }
}
