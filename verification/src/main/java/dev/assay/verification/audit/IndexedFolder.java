package dev.assay.verification.audit;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.JsonException;
import dev.assay.verification.VerificationException;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.EvidencePredicate;
import dev.assay.verification.statement.Statement;
import dev.assay.verification.statement.Subject;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An evidence folder whose index is signed and whose files all have the digests that the index
 * names. Not thread-safe.
 */
final class IndexedFolder {
    /** Largest statement, key or proof; a bundle may be larger. */
    static final int MAX_DOCUMENT = 1 << 20;

    private static final int MAX_FILES = 100_000;

    private final Path folder;
    private final Map<String, Digest> files;
    private final VerifyingKey tenantKey;
    private final EvidencePredicate index;
    private final Set<String> unread;

    private IndexedFolder(
            Path folder,
            Map<String, Digest> files,
            VerifyingKey tenantKey,
            EvidencePredicate index) {
        this.folder = folder;
        this.files = files;
        this.tenantKey = tenantKey;
        this.index = index;
        this.unread = new TreeSet<>(files.keySet());
        unread.removeAll(List.of(EvidenceLayout.README, EvidenceLayout.TENANT_KEY));
    }

    /**
     * Opens a folder; every file that is missing, changed or not in the index becomes a refutation
     * in {@code wrong}.
     */
    static IndexedFolder open(Path named, List<Finding> wrong) throws Halt {
        Path folder = real(named);
        VerifyingKey tenantKey = tenantKey(folder);
        Statement statement = index(folder, tenantKey);
        Map<String, Digest> files =
                statement.subjects().stream()
                        .collect(
                                Collectors.toMap(
                                        Subject::name, Subject::digest, (a, _) -> a, TreeMap::new));
        if (!(statement.predicate() instanceof EvidencePredicate index)) {
            throw Halt.refuted(
                    EvidenceLayout.INDEX,
                    "statement.predicateType",
                    Clause.INDEX,
                    "holds another kind of statement");
        }
        compare(folder, files, wrong);
        return new IndexedFolder(folder, files, tenantKey, index);
    }

    /** The folder that a path leads to; only what lies in it may be no link. */
    private static Path real(Path folder) throws Halt {
        try {
            return Files.isDirectory(folder) ? folder.toRealPath() : folder;
        } catch (IOException e) {
            throw Halt.unchecked(".", Clause.LAYOUT, unreadable(e));
        }
    }

    VerifyingKey tenantKey() {
        return tenantKey;
    }

    EvidencePredicate index() {
        return index;
    }

    int size() {
        return files.size();
    }

    boolean has(String name) {
        return files.containsKey(name);
    }

    /** The log indexes of the statements about keys, in ascending order. */
    List<Long> keyStatements() {
        return files.keySet().stream()
                .map(EvidenceLayout::keyStatementIndex)
                .flatMapToLong(OptionalLong::stream)
                .sorted()
                .boxed()
                .toList();
    }

    Path path(String name) {
        unread.remove(name);
        return folder.resolve(name);
    }

    /** Files that nothing has looked at so far. */
    Set<String> unread() {
        return Collections.unmodifiableSet(unread);
    }

    /** The digest of a file, which is also that in the index. */
    Digest digest(String name) throws Halt {
        Digest digest = files.get(name);
        if (digest == null) {
            throw missing(name);
        }
        return digest;
    }

    /** The bytes of a small file, with the digest that the index names. */
    byte[] read(String name) throws Halt {
        return read(name, MAX_DOCUMENT);
    }

    /** The same of a file that may have so many bytes. */
    byte[] read(String name, int maxBytes) throws Halt {
        Digest expected = digest(name);
        byte[] bytes = bounded(folder, name, maxBytes);
        unread.remove(name);
        if (!expected.equals(Digest.sha256(bytes))) {
            throw Halt.refuted(name, Clause.INDEX, "changed while it was read");
        }
        return bytes;
    }

    String text(String name) throws Halt {
        return new String(read(name), StandardCharsets.UTF_8);
    }

    private static VerifyingKey tenantKey(Path folder) throws Halt {
        try {
            return VerifyingKey.fromPem(
                    new String(bounded(folder, EvidenceLayout.TENANT_KEY), StandardCharsets.UTF_8));
        } catch (VerificationException e) {
            throw Halt.because(EvidenceLayout.TENANT_KEY, Clause.KEY, e);
        }
    }

    private static Statement index(Path folder, VerifyingKey tenantKey) throws Halt {
        try {
            Envelope envelope = Envelope.parse(bounded(folder, EvidenceLayout.INDEX));
            if (!envelope.keyId().equals(tenantKey.keyId())
                    && nameOfSigner(envelope).equals(envelope.keyId().hex())) {
                throw Halt.refuted(
                        EvidenceLayout.TENANT_KEY,
                        Clause.KEY,
                        "is not the key " + envelope.keyId().brief() + " that signed the index");
            }
            return Statement.parse(envelope.verify(tenantKey).payload());
        } catch (VerificationException e) {
            throw Halt.because(EvidenceLayout.INDEX, e);
        } catch (JsonException e) {
            throw Halt.refuted(EvidenceLayout.INDEX, e.field(), Clause.STATEMENT, e.problem());
        }
    }

    /**
     * The signer that the unverified payload names: tells a changed key file from a changed index.
     */
    private static String nameOfSigner(Envelope envelope) {
        try {
            return Statement.parse(envelope.payload()).predicate()
                            instanceof EvidencePredicate evidence
                    ? evidence.tenant().hex()
                    : "";
        } catch (JsonException e) {
            return "";
        }
    }

    private static void compare(Path folder, Map<String, Digest> files, List<Finding> wrong)
            throws Halt {
        Set<String> present = present(folder);
        for (String name : present) {
            Digest expected = files.get(name);
            if (expected == null) {
                wrong.add(refuted(name, "is not in the index"));
            } else if (!expected.equals(digest(folder, name))) {
                wrong.add(refuted(name, "was changed: its digest is not the one in the index"));
            }
        }
        for (String name : files.keySet()) {
            if (!present.contains(name)) {
                wrong.add(missing(name).finding());
            }
        }
    }

    private static Finding refuted(String name, String problem) {
        return Finding.of(Standing.REFUTED, name, Clause.INDEX, problem);
    }

    private static Halt missing(String name) {
        return Halt.refuted(name, Clause.INDEX, "is missing from the folder");
    }

    /** What is said of a file or folder that the machine does not let the audit read. */
    static String unreadable(Exception e) {
        return "cannot be read (" + e + "); make it readable and audit again";
    }

    private static Set<String> present(Path folder) throws Halt {
        String separator = folder.getFileSystem().getSeparator();
        try (Stream<Path> paths = Files.walk(folder)) {
            Set<String> names = new TreeSet<>();
            List<Path> all = paths.limit(MAX_FILES + 1L).toList();
            if (all.size() > MAX_FILES) {
                throw Halt.refuted(
                        ".", Clause.SIZE, "has more than " + MAX_FILES + " files and folders");
            }
            for (Path path : all) {
                String name = folder.relativize(path).toString().replace(separator, "/");
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    if (!name.equals(EvidenceLayout.INDEX)) {
                        names.add(name);
                    }
                } else if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    throw Halt.refuted(name, Clause.INDEX, "is neither a plain file nor a folder");
                }
            }
            return names;
        } catch (IOException | UncheckedIOException e) {
            throw Halt.unchecked(".", Clause.LAYOUT, unreadable(e));
        }
    }

    private static Digest digest(Path folder, String name) throws Halt {
        try {
            return Digest.sha256(folder.resolve(name));
        } catch (IOException | InvalidPathException e) {
            throw Halt.unchecked(name, Clause.INDEX, unreadable(e));
        }
    }

    private static byte[] bounded(Path folder, String name) throws Halt {
        return bounded(folder, name, MAX_DOCUMENT);
    }

    private static byte[] bounded(Path folder, String name, int maxBytes) throws Halt {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw missing(name);
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw Halt.refuted(name, Clause.SIZE, "has more than " + maxBytes + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw Halt.unchecked(name, Clause.INDEX, unreadable(e));
        }
    }
}
