package dev.assay.models.training;

import dev.assay.protocol.id.Digest;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A stream of random numbers that a purpose, a seed and an index fix: SplitMix64, in integer
 * arithmetic modulo 2⁶⁴, so that every program can produce it again.
 *
 * <pre>
 * state = the first 8 bytes, big-endian, of SHA-256("assay " ‖ purpose ‖ " v1\n" ‖ u64BE seed ‖ u64BE index)
 * next:   state += 0x9e3779b97f4a7c15
 *         z = (state ^ state >>> 30) · 0xbf58476d1ce4e5b9
 *         z = (z ^ z >>> 27) · 0x94d049bb133111eb
 *         yields z ^ z >>> 31
 * </pre>
 *
 * Not for secrets. Not thread-safe.
 *
 * @see <a href="https://doi.org/10.1145/2660193.2660195">Steele, Lea and Flood, Fast Splittable
 *     Pseudorandom Number Generators</a>
 */
final class RandomBits {
    private long state;

    RandomBits(String purpose, long seed, long index) {
        byte[] numbers = ByteBuffer.allocate(2 * Long.BYTES).putLong(seed).putLong(index).array();
        byte[] domain = ("assay " + purpose + " v1\n").getBytes(StandardCharsets.US_ASCII);
        this.state = ByteBuffer.wrap(Digest.sha256(domain, numbers).bytes()).getLong();
    }

    long next() {
        state += 0x9e3779b97f4a7c15L;
        long z = (state ^ state >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    /**
     * A number from 0 to below {@code bound}, each as likely: the upper 31 bits modulo the bound,
     * drawn again while they are in the last, incomplete run of it.
     */
    int below(int bound) {
        long runs = (1L << 31) / bound * bound;
        long bits = next() >>> 33;
        while (bits >= runs) {
            bits = next() >>> 33;
        }
        return (int) (bits % bound);
    }

    /** A multiple of 2⁻²⁴ from 0 to below 1: the upper 24 bits. */
    float unit() {
        return (next() >>> 40) * 0x1p-24f;
    }
}
