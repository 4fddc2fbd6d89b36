package dev.assay.verification.attacks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

/**
 * Makes the attacks' files, the same in every run: each from its honest twin, by the change that it
 * is about. To write them again after a change here:
 *
 * <pre>
 * mvn -pl verification -am test -Dtest=AttackFilesTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dassay.attacks=write
 * </pre>
 */
final class Generator {
    /** Larger files are kept compressed: they are large, and nothing else. */
    private static final int PLAIN = 1 << 16;

    private final Map<String, byte[]> files = new TreeMap<>();

    private Generator() {}

    /** All files by their paths. */
    static Map<String, byte[]> files() throws Exception {
        Generator generator = new Generator();
        generator.party("tenant.pem", Parties.TENANT.verifyingKey().toPem());
        generator.party("provider.pem", Parties.PROVIDER.verifyingKey().toPem());
        generator.party("market.pem", Parties.MARKET.verifyingKey().toPem());
        generator.party("log.vkey", Parties.LOG.verifyingKey().vkey());
        Tale tale = new Tale();
        tale.tell();
        StatementAttacks.add(generator, tale);
        EnvelopeAttacks.add(generator, tale);
        SignatureAttacks.add(generator, tale);
        BundleAttacks.add(generator, tale);
        CheckpointAttacks.add(generator, tale);
        ProofAttacks.add(generator, tale);
        PublicKeyAttacks.add(generator);
        GrowthAttacks.add(generator, tale);
        KeyAttacks.add(generator, tale);
        LogAttacks.add(generator);
        FolderAttacks.add(generator);
        HistoryAttacks.add(generator);
        return generator.files;
    }

    /** Writes all files below the folder of the project, and removes what is there besides. */
    static void write(Path root) throws Exception {
        Map<String, byte[]> generated = files();
        Files.createDirectories(root);
        for (String name : AttackFiles.tree(root).keySet()) {
            if (!generated.containsKey(name)) {
                Files.delete(root.resolve(name));
            }
        }
        for (Map.Entry<String, byte[]> file : generated.entrySet()) {
            Path path = root.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
    }

    /** Adds what passes. */
    Generator honest(Input input, String name, byte[] bytes) {
        put(input.folder() + "/" + name + input.ending(), bytes);
        return this;
    }

    /** Adds an honest directory. */
    Generator honest(Input input, String name, Map<String, byte[]> tree) {
        tree.forEach((file, bytes) -> put(input.folder() + "/" + name + "/" + file, bytes));
        return this;
    }

    /** Attacks that start from what passes under this name. */
    Twin from(Input input, String name) {
        return new Twin(input, name);
    }

    /** Adds attacks on one honest file. */
    final class Twin {
        private final Input input;
        private final String twin;

        private Twin(Input input, String twin) {
            this.input = input;
            this.twin = twin;
        }

        Twin attack(String name, String attacker, String change, String text, Expected expected) {
            return attack(name, attacker, change, bytes(text), expected);
        }

        Twin attack(String name, String attacker, String change, byte[] bytes, Expected expected) {
            Attack attack = new Attack(input, name, attacker, change, twin, expected);
            String path = input.folder() + "/" + name;
            put(path + AttackFiles.EXPECTED, bytes(attack.json() + "\n"));
            if (bytes.length > PLAIN) {
                put(path + input.ending() + ".gz", compressed(bytes));
            } else {
                put(path + input.ending(), bytes);
            }
            return this;
        }
    }

    private void party(String name, String text) {
        put("parties/" + name, bytes(text));
    }

    private void put(String path, byte[] bytes) {
        if (files.put(path, bytes) != null) {
            throw new IllegalStateException("there are two files " + path);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] compressed(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new AssertionError("memory can be written", e);
        }
        return out.toByteArray();
    }
}
