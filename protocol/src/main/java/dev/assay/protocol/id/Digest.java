package dev.assay.protocol.id;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A SHA-256 digest: 32 bytes, compared by value. Written {@code sha256:} and 64 lower-case hex
 * digits. Hashing always goes through the JDK, whose SHA-256 is an intrinsic.
 */
public final class Digest implements Comparable<Digest> {
    /** Length of a digest in bytes. */
    public static final int BYTES = 32;

    private static final String PREFIX = "sha256:";
    private static final HexFormat HEX = HexFormat.of();

    private final byte[] bytes;

    private Digest(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The digest with these 32 bytes, which are copied. */
    public static Digest of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException(
                    "a SHA-256 digest has 32 bytes, not " + bytes.length);
        }
        return new Digest(bytes.clone());
    }

    /** Reads 64 lower-case hex digits, with or without the {@code sha256:} prefix. */
    public static Digest parse(String text) {
        return parse(text, text.startsWith(PREFIX) ? PREFIX.length() : 0);
    }

    /** Reads exactly what {@link #toString} writes. */
    public static Digest parseWritten(String text) {
        return parse(text, text.startsWith(PREFIX) ? PREFIX.length() : text.length());
    }

    private static Digest parse(String text, int from) {
        boolean hex = text.length() - from == 2 * BYTES;
        for (int i = from; hex && i < text.length(); i++) {
            hex = isLowerHex(text.charAt(i));
        }
        if (!hex) {
            throw new IllegalArgumentException(
                    "not a digest: '"
                            + clip(text)
                            + "' (expected sha256: and 64 lower-case hex digits)");
        }
        return new Digest(HEX.parseHex(text, from, text.length()));
    }

    /** The digest of these bytes. */
    public static Digest sha256(byte[]... parts) {
        MessageDigest sha = sha256();
        for (byte[] part : parts) {
            sha.update(part);
        }
        return new Digest(sha.digest());
    }

    /** The digest of a file's bytes, read in pieces. */
    public static Digest sha256(Path file) throws IOException {
        MessageDigest sha = sha256();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sha.update(buffer, 0, n);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return new Digest(sha.digest());
    }

    /** A fresh SHA-256 computation, for callers that hash in pieces. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /** A copy of the 32 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The 64 lower-case hex digits, without a prefix. */
    public String hex() {
        return HEX.formatHex(bytes);
    }

    /** The first 12 hex digits, for people. */
    public String brief() {
        return hex().substring(0, 12);
    }

    @Override
    public int compareTo(Digest other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Digest other && Arrays.equals(bytes, other.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return PREFIX + hex();
    }

    private static boolean isLowerHex(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }

    private static String clip(String text) {
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }
}
