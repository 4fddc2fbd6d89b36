package dev.assay.models.script;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.protocol.id.Digest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
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

    /** So many entries may be as small as they like; further ones have the room of a tensor. */
    private static final int SMALL_ENTRIES = 500;

    private static final int LEAST_ENTRY = 256;
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9_.+-]++(?:/[A-Za-z0-9_.+-]++)++");

    private static final int MAX_CODE = 4 << 20;

    /** Checks a file; an error names it. */
    public static ScriptFile check(Path file) throws ModelException {
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw bad(file, size + " bytes; at most " + MAX_BYTES + " are read");
            }
            try (ZipFile zip = new ZipFile(file.toFile(), UTF_8)) {
                List<? extends ZipEntry> entries = entries(zip, size, file);
                checkEntries(entries, size, file);
                checkCode(zip, entries, file);
            }
            return new ScriptFile(file, Digest.sha256(file));
        } catch (ZipException | IllegalArgumentException e) {
            throw bad(file, "truncated or not TorchScript: " + e.getMessage());
        } catch (IOException e) {
            throw new ModelException(Code.MISSING, file + ": cannot be read: " + e.getMessage());
        }
    }

    private static List<? extends ZipEntry> entries(ZipFile zip, long size, Path file)
            throws ModelException {
        long most = Math.min(MAX_ENTRIES, SMALL_ENTRIES + size / LEAST_ENTRY);
        if (zip.size() > most) {
            throw bad(file, zip.size() + " entries; at most " + most + " are read of its size");
        }
        return Collections.list(zip.entries());
    }

    private static void checkEntries(List<? extends ZipEntry> entries, long size, Path file)
            throws ModelException {
        Set<String> names = new HashSet<>();
        Set<String> folders = new HashSet<>();
        long unpacked = 0;
        for (ZipEntry entry : entries) {
            String name = entry.getName();
            if (!NAME.matcher(name).matches() || name.contains("..")) {
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

    private static void checkCode(ZipFile zip, List<? extends ZipEntry> entries, Path file)
            throws IOException, ModelException {
        List<String> code = new ArrayList<>();
        long characters = 0;
        for (ZipEntry entry : entries) {
            if (entry.getName().endsWith(".py")) {
                if (entry.getSize() >= MAX_CODE) {
                    throw tooMuchCode(file);
                }
                try (InputStream in = zip.getInputStream(entry)) {
                    code.add(new String(in.readNBytes((int) entry.getSize()), UTF_8));
                }
                characters += code.getLast().length() + 1;
                if (characters >= MAX_CODE) {
                    throw tooMuchCode(file);
                }
            }
        }
        Optional<String> problem = new ScriptCode(code).problem();
        if (problem.isPresent()) {
            throw bad(file, "its code " + problem.get());
        }
    }

    private static ModelException tooMuchCode(Path file) {
        return bad(file, "more than " + MAX_CODE + " characters of code");
    }

    private static ModelException bad(Path file, String problem) {
        return new ModelException(Code.BAD_FORMAT, file + ": " + problem);
    }
}
