package dev.assay.verification.crypto;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException.Code;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

class KeyFileTest {
    @TempDir Path directory;

    private final SecureRandom random = new SecureRandom();

    @Test
    void signingKey_absentFile_isCreatedForItsOwnerAlone() throws Exception {
        Path keys = directory.resolve("keys");
        Path path = keys.resolve("attestation.pem");

        SigningKey created = new KeyFile(path).signingKey(random);

        assertThat(new KeyFile(path).signingKey(random).keyId()).isEqualTo(created.keyId());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys)))
                .isEqualTo("rwx------");
        assertThat(files(keys)).containsExactly(path);
    }

    @Test
    void logSigningKey_absentFile_isCreatedAndKept() throws Exception {
        KeyFile file = new KeyFile(directory.resolve("log.pem"));

        assertThat(file.logSigningKey("log.example", random).verifyingKey())
                .isEqualTo(file.logSigningKey("log.example", random).verifyingKey());
    }

    @Test
    void signingKey_fileReadableByOthers_isRefused() throws Exception {
        Path path = directory.resolve("attestation.pem");
        new KeyFile(path).signingKey(random);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));

        assertRefused(Code.BAD_KEY, () -> new KeyFile(path).signingKey(random))
                .contains(path.toString())
                .contains("chmod 600");
    }

    @Test
    void signingKey_fileOfAnotherKindOfKey_isRefusedAndKept() throws Exception {
        Path path = directory.resolve("log.pem");
        new KeyFile(path).logSigningKey("log.example", random);
        String before = Files.readString(path);

        assertRefused(Code.BAD_KEY, () -> new KeyFile(path).signingKey(random))
                .contains(path.toString());
        assertThat(Files.readString(path)).isEqualTo(before);
    }

    @Test
    void signingKey_truncatedOrHugeFile_isRefused() throws Exception {
        Path path = directory.resolve("attestation.pem");
        new KeyFile(path).signingKey(random);
        String pem = Files.readString(path);
        Files.writeString(path, pem.substring(0, 100));
        assertRefused(Code.BAD_KEY, () -> new KeyFile(path).signingKey(random))
                .contains(path.toString());

        Files.writeString(path, pem.repeat(100));
        assertRefused(Code.IO, () -> new KeyFile(path).signingKey(random))
                .contains(path.toString());
    }

    @Test
    void signingKey_directoryThatIsAFile_isRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("occupied"), "");

        assertRefused(Code.IO, () -> new KeyFile(file.resolve("key.pem")).signingKey(random))
                .contains("occupied");
    }

    @Test
    void signingKey_createdByManyAtOnce_isOneKey() throws Exception {
        KeyFile file = new KeyFile(directory.resolve("attestation.pem"));
        Callable<KeyId> load = () -> file.signingKey(random).keyId();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<KeyId>> ids =
                    threads.invokeAll(List.of(load, load, load, load, load, load));

            assertThat(ids).extracting(Future::get).containsOnly(file.signingKey(random).keyId());
        }
    }

    private static List<Path> files(Path directory) throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
