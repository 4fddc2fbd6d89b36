package dev.assay.protocol.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.blob.BlobException.Code;
import dev.assay.protocol.id.Digest;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class BlobStoreTest {
    private static final byte[] BYTES = "some bytes".getBytes(StandardCharsets.UTF_8);
    private static final Digest DIGEST = Digest.sha256(BYTES);

    @TempDir private Path folder;
    private Path root;
    private BlobStore store;

    @BeforeEach
    void open() throws BlobException {
        root = folder.resolve("blobs");
        store = BlobStore.open(root);
    }

    @Test
    void blob_stored_isReadBackByItsDigest() throws Exception {
        assertThat(store.put(BYTES)).isEqualTo(DIGEST);
        assertThat(store.has(DIGEST)).isTrue();
        assertThat(store.read(DIGEST, BYTES.length)).isEqualTo(BYTES);
        assertThat(store.file(DIGEST)).isEqualTo(place(DIGEST)).hasBinaryContent(BYTES);
    }

    @Test
    void blobs_ofManySizes_areReadBack() throws Exception {
        Random random = new Random(4);
        for (int size : new int[] {0, 1, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, 1 << 20}) {
            byte[] bytes = new byte[size];
            random.nextBytes(bytes);
            Path file = Files.write(folder.resolve("in"), bytes);
            assertThat(store.put(file)).isEqualTo(Digest.sha256(bytes));
            assertThat(store.read(Digest.sha256(bytes), size)).isEqualTo(bytes);
        }
    }

    @Test
    void blob_missing_isAnErrorThatNamesIt() {
        assertThat(store.has(DIGEST)).isFalse();
        assertFails(
                Code.MISSING,
                "no blob " + DIGEST + " in " + root,
                () -> store.read(DIGEST, 1_000),
                () -> store.file(DIGEST));
    }

    @Test
    void blob_withAnyByteFlipped_isAnErrorNotAWarning() throws Exception {
        store.put(BYTES);
        for (int i = 0; i < BYTES.length; i++) {
            byte[] flipped = BYTES.clone();
            flipped[i] ^= 1;
            Files.write(place(DIGEST), flipped);
            assertFails(
                    Code.DIGEST_MISMATCH,
                    "blob "
                            + DIGEST
                            + " was changed: "
                            + place(DIGEST)
                            + " has digest "
                            + Digest.sha256(flipped)
                            + "; delete it and fetch it again",
                    () -> store.read(DIGEST, 1_000),
                    () -> store.file(DIGEST));
        }
    }

    @Test
    void blob_changedOnDisk_isRepairedByStoringItAgain() throws Exception {
        store.put(BYTES);
        Files.write(place(DIGEST), new byte[] {1});
        store.put(BYTES);
        assertThat(store.read(DIGEST, 1_000)).isEqualTo(BYTES);
    }

    @Test
    void blob_overTheReadersLimit_isRefused() throws Exception {
        store.put(BYTES);
        assertFails(
                Code.TOO_LARGE,
                "blob " + DIGEST + " has 10 bytes; at most 9 are accepted here",
                () -> store.read(DIGEST, 9));
    }

    @Test
    void stream_longerThanAnnounced_leavesNothing() throws Exception {
        assertFails(
                Code.TOO_LARGE,
                "a blob of more than the 9 bytes announced",
                () -> store.put(new ByteArrayInputStream(BYTES), 9));
        assertThat(files()).isEmpty();
    }

    @Test
    void stream_thatBreaks_leavesNothing() throws Exception {
        InputStream broken =
                new FilterInputStream(new ByteArrayInputStream(new byte[100_000])) {
                    @Override
                    public int read(byte[] to, int from, int length) throws IOException {
                        int read = super.read(to, from, length);
                        if (read < 0) {
                            throw new IOException("the line went dead");
                        }
                        return read;
                    }
                };
        assertFails(
                Code.IO,
                "cannot write a blob under " + root + ": the line went dead",
                () -> store.put(broken, 1 << 20));
        assertThat(files()).isEmpty();
    }

    @Test
    void write_done_leavesNoTemporaryFile() throws Exception {
        store.put(BYTES);
        assertThat(files()).containsExactly(place(DIGEST));
    }

    @Test
    void directory_thatCannotBeMade_isAnError() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        assertThatThrownBy(() -> BlobStore.open(file.resolve("blobs")))
                .isInstanceOfSatisfying(
                        BlobException.class, e -> assertThat(e.code()).isEqualTo(Code.IO))
                .hasMessageStartingWith("cannot create the blob store in " + file + "/blobs: ")
                .hasMessageEndingWith("; choose a writable directory");
    }

    @Test
    void place_withAFileInTheWay_isAnErrorAndLeavesNothing() throws Exception {
        Path way = root.resolve("sha256").resolve(DIGEST.hex().substring(0, 2));
        Files.writeString(way, "in the way");
        assertFails(
                Code.IO,
                "cannot write a blob under " + root + ": a file of that name is in the way",
                () -> store.put(BYTES));
        assertThat(files()).containsExactly(way);
    }

    @Test
    void file_thatIsNotThere_isAnErrorThatNamesIt() {
        Path missing = folder.resolve("missing");
        assertFails(Code.IO, "cannot read " + missing + ": no such file", () -> store.put(missing));
    }

    @Test
    void blob_storedByManyAtOnce_isThereWhole() throws Exception {
        byte[] bytes = new byte[300_000];
        new Random(2).nextBytes(bytes);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Digest>> writers =
                    IntStream.range(0, 16)
                            .<Callable<Digest>>mapToObj(_ -> () -> store.put(bytes))
                            .toList();
            for (Future<Digest> written : threads.invokeAll(writers)) {
                assertThat(written.get()).isEqualTo(Digest.sha256(bytes));
            }
        }
        assertThat(store.read(Digest.sha256(bytes), bytes.length)).isEqualTo(bytes);
        assertThat(files()).hasSize(1);
    }

    private Path place(Digest digest) {
        return root.resolve("sha256").resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private static void assertFails(Code code, String message, ThrowingCallable... attempts) {
        for (ThrowingCallable attempt : attempts) {
            assertThatThrownBy(attempt)
                    .isInstanceOfSatisfying(
                            BlobException.class, e -> assertThat(e.code()).isEqualTo(code))
                    .hasMessage(message);
        }
    }
}
