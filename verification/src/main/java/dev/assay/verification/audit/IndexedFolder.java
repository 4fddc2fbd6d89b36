package dev.assay.verification.audit;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.JsonException;
import dev.assay.verification.VerificationException;
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
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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
    static IndexedFolder open(Path folder, List<Finding> wrong) throws Refutation {
        VerifyingKey tenantKey = tenantKey(folder);
        Statement statement = index(folder, tenantKey);
        Map<String, Digest> files =
                statement.subjects().stream()
                        .collect(
                                Collectors.toMap(
                                        Subject::name, Subject::digest, (a, _) -> a, TreeMap::new));
        if (!(statement.predicate() instanceof EvidencePredicate index)) {
            throw new Refutation(EvidenceLayout.INDEX, "index", "holds another kind of statement");
        }
        for (Refutation refutation : compare(folder, files)) {
            wrong.add(refutation.finding());
        }
        return new IndexedFolder(folder, files, tenantKey, index);
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

    Path path(String name) {
        unread.remove(name);
        return folder.resolve(name);
    }

    /** Files that nothing has looked at so far. */
    Set<String> unread() {
        return Collections.unmodifiableSet(unread);
    }

    /** The digest of a file, which is also that in the index. */
    Digest digest(String name) throws Refutation {
        Digest digest = files.get(name);
        if (digest == null) {
            throw new Refutation(name, "index", "is missing from the folder");
        }
        return digest;
    }

    /** The bytes of a small file, with the digest that the index names. */
    byte[] read(String name) throws Refutation {
        return read(name, MAX_DOCUMENT);
    }

    /** The same of a file that may have so many bytes. */
    byte[] read(String name, int maxBytes) throws Refutation {
        Digest expected = digest(name);
        byte[] bytes = bounded(folder, name, maxBytes);
        unread.remove(name);
        if (!expected.equals(Digest.sha256(bytes))) {
            throw new Refutation(name, "index", "changed while it was read");
        }
        return bytes;
    }

    String text(String name) throws Refutation {
        return new String(read(name), StandardCharsets.UTF_8);
    }

    private static VerifyingKey tenantKey(Path folder) throws Refutation {
        try {
            return VerifyingKey.fromPem(
                    new String(bounded(folder, EvidenceLayout.TENANT_KEY), StandardCharsets.UTF_8));
        } catch (VerificationException e) {
            throw new Refutation(EvidenceLayout.TENANT_KEY, "key", String.valueOf(e.getMessage()));
        }
    }

    private static Statement index(Path folder, VerifyingKey tenantKey) throws Refutation {
        try {
            Envelope envelope = Envelope.parse(bounded(folder, EvidenceLayout.INDEX));
            if (!envelope.keyId().equals(tenantKey.keyId())
                    && nameOfSigner(envelope).equals(envelope.keyId().hex())) {
                throw new Refutation(
                        EvidenceLayout.TENANT_KEY,
                        "key",
                        "is not the key " + envelope.keyId().brief() + " that signed the index");
            }
            return Statement.parse(envelope.verify(tenantKey).payload());
        } catch (VerificationException | JsonException e) {
            throw new Refutation(EvidenceLayout.INDEX, "signature", String.valueOf(e.getMessage()));
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

    private static List<Refutation> compare(Path folder, Map<String, Digest> files)
            throws Refutation {
        List<Refutation> wrong = new ArrayList<>();
        List<String> present = present(folder);
        for (String name : present) {
            Digest expected = files.get(name);
            if (expected == null) {
                wrong.add(new Refutation(name, "index", "is not in the index"));
            } else if (!expected.equals(digest(folder, name))) {
                wrong.add(
                        new Refutation(
                                name,
                                "index",
                                "was changed: its digest is not the one in the index"));
            }
        }
        for (String name : files.keySet()) {
            if (!present.contains(name)) {
                wrong.add(new Refutation(name, "index", "is missing from the folder"));
            }
        }
        return wrong;
    }

    private static List<String> present(Path folder) throws Refutation {
        try (Stream<Path> paths = Files.walk(folder)) {
            List<String> names = new ArrayList<>();
            for (Path path : paths.limit(MAX_FILES).toList()) {
                String name = folder.relativize(path).toString().replace('\\', '/');
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    if (!name.equals(EvidenceLayout.INDEX)) {
                        names.add(name);
                    }
                } else if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    throw new Refutation(name, "index", "is neither a plain file nor a folder");
                }
            }
            return names;
        } catch (IOException | UncheckedIOException e) {
            throw new Refutation(".", "folder", "cannot be read: " + e.getMessage());
        }
    }

    private static Digest digest(Path folder, String name) throws Refutation {
        try {
            return Digest.sha256(folder.resolve(name));
        } catch (IOException e) {
            throw new Refutation(name, "index", "cannot be read: " + e.getMessage());
        }
    }

    private static byte[] bounded(Path folder, String name) throws Refutation {
        return bounded(folder, name, MAX_DOCUMENT);
    }

    private static byte[] bounded(Path folder, String name, int maxBytes) throws Refutation {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new Refutation(name, "index", "is missing from the folder");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new Refutation(name, "size", "has more than " + maxBytes + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw new Refutation(name, "index", "cannot be read: " + e.getMessage());
        }
    }
}
