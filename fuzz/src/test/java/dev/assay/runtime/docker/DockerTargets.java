package dev.assay.runtime.docker;

import dev.assay.fuzz.Target;
import dev.assay.fuzz.TemporaryFile;
import dev.assay.runtime.container.ContainerException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What comes in containers' images. */
public final class DockerTargets {
    /** The most that an image may have unpacked, in the fuzzer. */
    private static final long MOST = 1 << 20;

    private DockerTargets() {}

    public static List<Target<?>> all() {
        return List.of(
                Target.of("tar", IOException.class, DockerTargets::entries)
                        .also(DockerTargets::summed),
                Target.of(
                                "image",
                                ContainerException.class,
                                TemporaryFile.by(file -> SavedImage.check(file, MOST)))
                        .checked((image, _) -> image.stream().readAllBytes())
                        .within(10, 256 << 10)
                        .also(DockerTargets::summed));
    }

    private static List<TarReader.Entry> entries(byte[] input) throws IOException {
        List<TarReader.Entry> entries = new ArrayList<>();
        TarReader reader = new TarReader(new ByteArrayInputStream(input));
        for (Optional<TarReader.Entry> next = reader.next();
                next.isPresent();
                next = reader.next()) {
            entries.add(next.get());
        }
        return entries;
    }

    /** The same with the checksum that each block has if it is a header. */
    private static List<byte[]> summed(byte[] input) {
        byte[] summed = input.clone();
        for (int at = 0; at + TarReader.BLOCK <= summed.length; at += TarReader.BLOCK) {
            if (summed[at] != 0) {
                sum(summed, at);
            }
        }
        return List.of(summed);
    }

    private static void sum(byte[] archive, int block) {
        int sum = 0;
        for (int i = 0; i < TarReader.BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : archive[block + i] & 0xff;
        }
        byte[] digits = "%06o\0 ".formatted(sum).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        System.arraycopy(digits, 0, archive, block + 148, digits.length);
    }
}
