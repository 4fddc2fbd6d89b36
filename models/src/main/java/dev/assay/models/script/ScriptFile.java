package dev.assay.models.script;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.protocol.id.Digest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A TorchScript file that has passed what can be checked without running it: it is a zip archive as
 * PyTorch writes them, of one folder with nothing in it compressed, so that it unpacks to no more
 * than itself; and its code calls only {@linkplain ScriptCode operators that compute}. What it
 * computes is not known: such a model is opaque.
 *
 * <pre>
 * NAME/version   NAME/data.pkl   NAME/constants.pkl   NAME/code/….py   NAME/data/0 …
 * </pre>
 *
 * @param digest SHA-256 of the file
 */
public record ScriptFile(Path file, Digest digest) {
    private static final long MAX_BYTES = 1L << 30;
    private static final int MAX_ENTRIES = 10_000;
    private static final int MAX_CODE = 4 << 20;

    /** Checks a file; an error names it. */
    public static ScriptFile check(Path file) throws ModelException {
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw bad(file, size + " bytes; at most " + MAX_BYTES + " are read");
            }
            try (ZipFile zip = new ZipFile(file.toFile(), UTF_8)) {
                checkEntries(zip, size, file);
                checkCode(zip, file);
            }
            return new ScriptFile(file, Digest.sha256(file));
        } catch (ZipException | IllegalArgumentException e) {
            throw bad(file, "truncated or not TorchScript: " + e.getMessage());
        } catch (IOException e) {
            throw new ModelException(Code.MISSING, file + ": cannot be read: " + e.getMessage());
        }
    }

    private static void checkEntries(ZipFile zip, long size, Path file) throws ModelException {
        if (zip.size() > MAX_ENTRIES) {
            throw bad(file, zip.size() + " entries; at most " + MAX_ENTRIES + " are read");
        }
        Set<String> names = new HashSet<>();
        Set<String> folders = new HashSet<>();
        long unpacked = 0;
        for (ZipEntry entry : Collections.list(zip.entries())) {
            String name = entry.getName();
            if (!name.matches("[A-Za-z0-9_.+-]+(/[A-Za-z0-9_.+-]+)+") || name.contains("..")) {
                throw bad(file, "an entry of the name '" + name + "'");
            }
            if (entry.getMethod() != ZipEntry.STORED
                    || entry.getSize() != entry.getCompressedSize()) {
                throw bad(file, "entry " + name + " is compressed, which PyTorch never does");
            }
            unpacked += entry.getSize();
            if (unpacked > size) {
                throw bad(file, "its entries lie over one another: they unpack to more than it");
            }
            if (!names.add(name)) {
                throw bad(file, "two entries of the name " + name);
            }
            folders.add(name.substring(0, name.indexOf('/')));
        }
        if (folders.size() != 1) {
            throw bad(file, "not one folder but " + folders.size());
        }
        String folder = folders.iterator().next();
        for (String needed : new String[] {"/version", "/data.pkl", "/constants.pkl"}) {
            if (!names.contains(folder + needed)) {
                throw bad(file, "no TorchScript: it has no " + folder + needed);
            }
        }
    }

    private static void checkCode(ZipFile zip, Path file) throws IOException, ModelException {
        StringBuilder all = new StringBuilder();
        for (ZipEntry entry : Collections.list(zip.entries())) {
            if (entry.getName().endsWith(".py")) {
                try (InputStream in = zip.getInputStream(entry)) {
                    all.append(new String(in.readNBytes(MAX_CODE), UTF_8)).append('\n');
                }
                if (all.length() >= MAX_CODE) {
                    throw bad(file, "more than " + MAX_CODE + " characters of code");
                }
            }
        }
        Optional<String> problem = new ScriptCode(all.toString()).problem();
        if (problem.isPresent()) {
            throw bad(file, "its code " + problem.get());
        }
    }

    private static ModelException bad(Path file, String problem) {
        return new ModelException(Code.BAD_FORMAT, file + ": " + problem);
    }
}
