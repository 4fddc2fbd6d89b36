package dev.assay.verification.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.assay.verification.VerificationException;
import dev.assay.verification.hardware.EvidenceFile.Part;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

/** Evidence with bytes of chance in it is read, or refused by the documented exception. */
class GarbageEvidenceTest {
    private static final int ROUNDS = 3_000;

    /** Values that counts and lengths break at. */
    private static final int[] EDGES = {0, 1, 0x7F, 0x80, 0xFE, 0xFF};

    @Test
    void bytesOfChance_neverEscapeTheDocumentedException() throws VerificationException {
        Random random = new Random(7);
        List<EvidenceFile> files =
                List.of(
                        Samples.tpm("rsassa"),
                        Samples.tpm("ecdsa"),
                        Samples.snp("milan"),
                        Samples.tdx(),
                        Samples.hopper());
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            EvidenceFile file = files.get(random.nextInt(files.size()));
            List<Part> parts = EvidenceFile.parts(file.kind());
            EvidenceFile garbled = garbled(file, parts.get(random.nextInt(parts.size())), random);
            Throwable thrown = catchThrowable(garbled::evidence);
            if (thrown != null) {
                assertThat(thrown)
                        .as("round %d, %s", round, file.kind())
                        .isInstanceOf(VerificationException.class);
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(ROUNDS / 10);
    }

    private static EvidenceFile garbled(EvidenceFile file, Part part, Random random) {
        byte[] bytes = Changed.bytes(file, part);
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            // Counts and lengths stand at the beginning more often than not.
            int within = random.nextBoolean() ? Math.min(bytes.length, 120) : bytes.length;
            bytes[random.nextInt(within)] = (byte) EDGES[random.nextInt(EDGES.length)];
        }
        return Changed.part(file, part, bytes);
    }
}
