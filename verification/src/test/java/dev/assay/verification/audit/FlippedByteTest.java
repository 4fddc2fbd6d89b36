package dev.assay.verification.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.attest.Papers;
import dev.assay.verification.audit.Finding.Standing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** No byte of the folder may change without the audit naming its file. */
final class FlippedByteTest {
    private static final long SEED = 4711;
    private static final int SAMPLE = 25;

    @TempDir private Path place;

    private final Papers papers;

    FlippedByteTest() throws Exception {
        papers = new Papers();
    }

    /** Whoever passes the folder on cannot change anything in it. */
    @Test
    void anyByte_flipped_failsAndNamesTheFile() throws Exception {
        Folder folder = new Folder(new Story(papers).write(place.resolve("evidence")));
        Map<String, byte[]> files = folder.files();
        int workers = Runtime.getRuntime().availableProcessors();
        IntStream.range(0, workers)
                .parallel()
                .forEach(
                        worker -> {
                            Folder copy = new Folder(place.resolve("copy-" + worker));
                            files.forEach(copy::write);
                            assertThat(copy.audit().passed()).isTrue();
                            files.forEach(
                                    (name, bytes) -> flipAll(copy, name, bytes, worker, workers));
                            assertThat(copy.audit().passed()).isTrue();
                        });
    }

    /** Flips every byte of a statement, key or proof, and some of the files that digests decide. */
    private static void flipAll(Folder folder, String name, byte[] bytes, int worker, int workers) {
        boolean sampled =
                name.startsWith("work/")
                        || name.startsWith("bundles/")
                        || name.equals(EvidenceLayout.README);
        int step = sampled ? Math.max(1, bytes.length / SAMPLE) : 1;
        for (int at = step * worker; at < bytes.length; at += step * workers) {
            flip(folder, name, bytes, at, 1);
            assertNames(folder.audit(), name, at);
        }
        folder.write(name, bytes);
    }

    /**
     * Not even the tenant, who can sign for the folder again, can change a byte of it; only the
     * readme is the tenant's own.
     */
    @Test
    void anyByte_flippedAndSignedForAgain_failsAndNamesTheFile() throws Exception {
        Folder folder = new Folder(new Story(papers).write(place.resolve("evidence")));
        Random random = new Random(SEED);
        byte[] index = folder.files().get(EvidenceLayout.INDEX);
        for (Map.Entry<String, byte[]> file : folder.files().entrySet()) {
            if (Set.of(EvidenceLayout.README, EvidenceLayout.INDEX).contains(file.getKey())) {
                continue;
            }
            for (int at : sample(random, file.getValue().length)) {
                flip(folder, file.getKey(), file.getValue(), at, 1 << random.nextInt(8));
                folder.signAgain(papers);
                assertNames(folder.audit(), file.getKey(), at);
            }
            folder.write(file.getKey(), file.getValue());
            folder.write(EvidenceLayout.INDEX, index);
        }
        assertThat(folder.audit().passed()).isTrue();
    }

    private static void flip(Folder folder, String name, byte[] file, int at, int bit) {
        byte[] bytes = file.clone();
        bytes[at] ^= (byte) bit;
        folder.write(name, bytes);
    }

    private static void assertNames(AuditReport report, String name, int at) {
        assertThat(report.passed()).as("%s byte %d", name, at).isFalse();
        List<Finding> wrong = report.with(Standing.REFUTED);
        assertThat(wrong)
                .as("%s byte %d", name, at)
                .anyMatch(
                        finding ->
                                finding.file().equals(name)
                                        || finding.file().equals("work")
                                                && finding.message().contains(name));
        assertThat(wrong).allMatch(finding -> !finding.message().isBlank());
    }

    /** The first, the last, and some in between. */
    private static Set<Integer> sample(Random random, int length) {
        Set<Integer> positions = new TreeSet<>(Set.of(0, length - 1));
        while (positions.size() < Math.min(SAMPLE, length)) {
            positions.add(random.nextInt(length));
        }
        return positions;
    }
}
