package dev.assay.verification.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.hardware.EvidenceFile.Part;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** Evidence that somebody changed. */
final class Changed {
    /** About how many bytes are flipped; of a short part, all. */
    private static final int FLIPS = 600;

    private Changed() {}

    /** The same file, with another part. */
    static EvidenceFile part(EvidenceFile file, Part part, byte[] bytes) {
        Map<Part, Bytes> parts = new EnumMap<>(file.parts());
        parts.put(part, Bytes.copyOf(bytes));
        return new EvidenceFile(file.kind(), parts, file.certificates());
    }

    /** The same file, with one byte of a part changed. */
    static EvidenceFile flipped(EvidenceFile file, Part part, int at) {
        byte[] bytes = bytes(file, part);
        bytes[at] ^= 1;
        return part(file, part, bytes);
    }

    static byte[] bytes(EvidenceFile file, Part part) {
        return java.util.Objects.requireNonNull(file.parts().get(part)).toArray();
    }

    /**
     * Asserts that a part cut at every length, with a byte added, and with bytes all over it
     * flipped, is refused, and with the documented exception only.
     */
    static void assertChangesRefused(EvidenceFile file, Part part, EvidenceNonce nonce)
            throws VerificationException {
        byte[] bytes = bytes(file, part);
        TrustRoots roots = TrustRoots.published();
        for (int length = 0; length < bytes.length; length++) {
            assertRefused(part(file, part, Arrays.copyOf(bytes, length)), nonce, roots, length);
        }
        assertRefused(part(file, part, Arrays.copyOf(bytes, bytes.length + 1)), nonce, roots, -1);
        for (int at = 0; at < bytes.length; at += 1 + bytes.length / FLIPS) {
            assertRefused(flipped(file, part, at), nonce, roots, at);
        }
    }

    private static void assertRefused(
            EvidenceFile file, EvidenceNonce nonce, TrustRoots roots, int at) {
        Throwable thrown = catchThrowable(() -> file.evidence().verify(nonce, roots, Samples.NOW));
        assertThat(thrown).as("changed at %d", at).isInstanceOf(VerificationException.class);
    }
}
