package dev.assay.verification.log;

import dev.assay.verification.VerificationException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The leaves in one file of a log:
 *
 * <pre>
 * { u16BE length ‖ leaf }
 * </pre>
 */
final class EntryBundle {
    private EntryBundle() {}

    /**
     * The bytes of the first leaves of a bundle, as many as this one has; all when it has fewer.
     */
    static byte[] first(byte[] bytes, Tile bundle) {
        int at = 0;
        for (int leaf = 0; leaf < bundle.width() && at + Short.BYTES <= bytes.length; leaf++) {
            at += Short.BYTES + length(bytes, at);
        }
        return Arrays.copyOf(bytes, Math.min(at, bytes.length));
    }

    private static int length(byte[] bytes, int at) {
        return Byte.toUnsignedInt(bytes[at]) << Byte.SIZE | Byte.toUnsignedInt(bytes[at + 1]);
    }

    /** The leaves in these bytes, which are those of this bundle. */
    static List<byte[]> split(byte[] bytes, Tile bundle, LogFiles files)
            throws VerificationException {
        List<byte[]> leaves = new ArrayList<>(bundle.width());
        int at = 0;
        while (at + Short.BYTES <= bytes.length) {
            int start = at + Short.BYTES;
            int end = start + length(bytes, at);
            if (end > bytes.length) {
                break;
            }
            leaves.add(Arrays.copyOfRange(bytes, start, end));
            at = end;
        }
        if (at != bytes.length || leaves.size() != bundle.width()) {
            throw files.corrupt(
                    bundle.path(), "it does not hold " + bundle.width() + " whole leaves");
        }
        return leaves;
    }
}
