package dev.assay.verification.attest;

import dev.assay.protocol.id.Digest;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Draws the units that an audit replays. The draw is fixed by the auditor's secret, committed
 * before the work, and by the log checkpoint that covers the result, which nobody knew before: so
 * neither side chooses what is audited.
 *
 * <pre>
 * seed   = SHA-256("assay draw v1\n" ‖ secret ‖ u64BE checkpoint size ‖ checkpoint root)
 * word i = first 8 bytes of SHA-256(seed ‖ u64BE i)
 * </pre>
 *
 * The words drive a Fisher–Yates shuffle of the unit indices, stopped after {@code count}; a word
 * that would favour small indices is skipped.
 */
public final class UnitDraw {
    private static final byte[] DOMAIN =
            "assay draw v1\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private final byte[] seed;
    private long counter;

    private UnitDraw(byte[] seed) {
        this.seed = seed;
    }

    /** {@code count} distinct indices below {@code units}, ascending. */
    public static List<Integer> draw(
            Digest secret, long checkpointSize, Digest checkpointRoot, int units, int count) {
        if (count < 0 || count > units) {
            throw new IllegalArgumentException("cannot draw " + count + " of " + units + " units");
        }
        byte[] size = ByteBuffer.allocate(Long.BYTES).putLong(checkpointSize).array();
        UnitDraw draw =
                new UnitDraw(
                        Digest.sha256(DOMAIN, secret.bytes(), size, checkpointRoot.bytes())
                                .bytes());
        Map<Integer, Integer> moved = new HashMap<>();
        return IntStream.range(0, count)
                .map(i -> draw.take(moved, i, i + draw.below(units - i)))
                .sorted()
                .boxed()
                .toList();
    }

    /**
     * One step of the shuffle: yields what stands at {@code j} and puts there what stands at {@code
     * i}.
     */
    private int take(Map<Integer, Integer> moved, int i, int j) {
        int taken = moved.getOrDefault(j, j);
        moved.put(j, moved.getOrDefault(i, i));
        return taken;
    }

    private int below(int bound) {
        long limit = Long.MAX_VALUE - Long.MAX_VALUE % bound;
        while (true) {
            byte[] index = ByteBuffer.allocate(Long.BYTES).putLong(counter++).array();
            long word =
                    ByteBuffer.wrap(Digest.sha256(seed, index).bytes()).getLong() & Long.MAX_VALUE;
            if (word < limit) {
                return (int) (word % bound);
            }
        }
    }
}
