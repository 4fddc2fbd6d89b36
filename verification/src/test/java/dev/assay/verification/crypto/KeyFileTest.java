package dev.assay.verification.crypto;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException.Code;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    @Test
    void create_withAPassphrase_keepsTheKeyAndShowsItToNobodyElse() throws Exception {
        SoftwareKey key = SigningKey.create(random);
        KeyFile file = new KeyFile(directory.resolve("keys/alder.pem"));
        file.create(key, Optional.of(passphrase("correct horse")), random);

        assertThat(file.encrypted()).isTrue();
        assertThat(file.existingSigningKey(typed("correct horse")).keyId()).isEqualTo(key.keyId());
        assertThat(Files.readString(file.path()))
                .startsWith(key.verifyingKey().toPem())
                .contains("BEGIN ENCRYPTED PRIVATE KEY")
                .doesNotContain("BEGIN PRIVATE KEY");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
                .isEqualTo("rw-------");
    }

    @Test
    void create_logKeyWithAPassphrase_keepsTheKey() throws Exception {
        LogSigningKey key = LogSigningKey.create("log.example", random);
        KeyFile file = new KeyFile(directory.resolve("log.pem"));
        file.create(key, Optional.of(passphrase("correct horse")), random);

        assertThat(file.logVerifyingKey("log.example")).isEqualTo(key.verifyingKey());
        assertThat(file.logSigningKey("log.example", random, typed("correct horse")).verifyingKey())
                .isEqualTo(key.verifyingKey());
    }

    @Test
    void create_whereAFileIs_leavesItAsItIs() throws Exception {
        KeyFile file = new KeyFile(directory.resolve("alder.pem"));
        file.create(SigningKey.create(random), Optional.empty(), random);
        String before = Files.readString(file.path());

        assertRefused(
                        Code.IO,
                        () -> file.create(SigningKey.create(random), Optional.empty(), random))
                .contains("already")
                .contains(file.path().toString());
        assertThat(Files.readString(file.path())).isEqualTo(before);
        assertThat(files(directory)).containsExactly(file.path());
    }

    @Test
    void existingSigningKey_wrongPassphrase_isRefusedWithoutSayingEither() throws Exception {
        KeyFile file = encrypted();

        assertRefused(Code.BAD_KEY, () -> file.existingSigningKey(typed("battery staple")))
                .isEqualTo(
                        "key file "
                                + file.path()
                                + ": the passphrase is wrong, or the encrypted key was changed");
    }

    @Test
    void existingSigningKey_encryptedAndNobodyToAsk_isRefused() throws Exception {
        KeyFile file = encrypted();

        assertRefused(Code.BAD_KEY, () -> file.existingSigningKey())
                .contains(file.path().toString())
                .contains("encrypted");
    }

    @Test
    void verifyingKey_ofAnEncryptedFile_needsNoPassphrase() throws Exception {
        KeyFile file = encrypted();

        assertThat(file.verifyingKey())
                .isEqualTo(file.existingSigningKey(typed("correct horse")).verifyingKey());
    }

    @Test
    void existingSigningKey_missingFile_isRefused() {
        assertRefused(
                        Code.IO,
                        () -> new KeyFile(directory.resolve("none.pem")).existingSigningKey())
                .contains("none.pem");
    }

    @Test
    void signingKey_symbolicLink_isRefused() throws Exception {
        KeyFile file = encrypted();
        Path link = Files.createSymbolicLink(directory.resolve("link.pem"), file.path());
        Path dangling =
                Files.createSymbolicLink(directory.resolve("dangling.pem"), Path.of("nowhere"));

        assertRefused(Code.BAD_KEY, () -> new KeyFile(link).existingSigningKey())
                .contains("symbolic link");
        assertRefused(Code.BAD_KEY, () -> new KeyFile(dangling).signingKey(random))
                .contains("symbolic link");
        assertThat(directory.resolve("nowhere")).doesNotExist();
    }

    @Test
    void existingSigningKey_directoryInItsPlace_isRefused() throws Exception {
        Path folder = Files.createDirectory(directory.resolve("folder.pem"));

        assertRefused(Code.IO, () -> new KeyFile(folder).existingSigningKey())
                .contains("no regular file");
    }

    /** CBC does not notice a change; the public key above does, wherever the change is. */
    @Test
    void existingSigningKey_ciphertextChanged_isRefused() throws Exception {
        KeyFile file = encrypted();
        String pem = Files.readString(file.path());
        byte[] der = KeyEncoding.fromPem("ENCRYPTED PRIVATE KEY", KeyText.parse(pem).privatePem());
        // In each of the nine blocks of ciphertext, and in the IV, which ends 148 bytes before.
        for (int back : new int[] {1, 17, 33, 49, 65, 81, 97, 113, 129, 148, 163}) {
            byte[] changed = der.clone();
            changed[der.length - back] ^= 1;
            String text =
                    file.verifyingKey().toPem() + KeyEncoding.pem("ENCRYPTED PRIVATE KEY", changed);
            assertThat(text).hasSameSizeAs(pem).isNotEqualTo(pem);
            Files.writeString(file.path(), text);
            assertRefused(Code.BAD_KEY, () -> file.existingSigningKey(typed("correct horse")))
                    .contains("passphrase is wrong, or the encrypted key was changed");
            Files.writeString(file.path(), pem);
        }
    }

    /** An Ed25519 key carries no public key of its own, so only the one above it notices. */
    @Test
    void logSigningKey_ciphertextOfTheSeedChanged_isRefused() throws Exception {
        LogSigningKey key = LogSigningKey.create("log.example", random);
        byte[] der = KeyEncryption.encrypt(key.pkcs8(), passphrase("correct horse"), random);
        der[der.length - 33] ^= 1; // in the block before the last of the seed
        KeyFile file = new KeyFile(directory.resolve("log.pem"));
        new SecretFile(file.path())
                .create(
                        (key.verifyingKey().toPem() + KeyEncoding.pem("ENCRYPTED PRIVATE KEY", der))
                                .getBytes(US_ASCII));

        assertRefused(
                        Code.BAD_KEY,
                        () -> file.logSigningKey("log.example", random, typed("correct horse")))
                .contains("was changed");
    }

    @Test
    void existingSigningKey_publicKeyOfSomebodyElse_isRefused() throws Exception {
        SoftwareKey key = SigningKey.create(random);
        String other = SigningKey.create(random).verifyingKey().toPem();
        KeyFile file = new KeyFile(directory.resolve("swapped.pem"));
        new SecretFile(file.path()).create((other + key.toPem()).getBytes(US_ASCII));

        assertRefused(Code.BAD_KEY, () -> file.existingSigningKey()).contains("does not belong");
    }

    @Test
    void existingSigningKey_encryptedTextCutAnywhere_isRefused() throws Exception {
        KeyFile file = encrypted();
        String pem = Files.readString(file.path());
        for (int length = 0; length < pem.length(); length += 7) {
            Files.writeString(file.path(), pem.substring(0, length));
            assertRefused(Code.BAD_KEY, () -> file.existingSigningKey(typed("correct horse")));
        }
    }

    @Test
    void fileOfAKey_asText_hidesThePrivatePart() throws Exception {
        KeyText text = KeyText.of("", SigningKey.create(random).pkcs8(), Optional.empty(), random);

        assertThat(text.toString()).isEqualTo("KeyText[not encrypted]");
        assertThat(passphrase("correct horse").toString()).doesNotContain("horse");
    }

    /** OpenSSL as a referee: it reads our file, and we read the one it encrypts anew. */
    @Test
    void create_readByOpenssl_isTheSameKeyBothWays() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "no openssl");
        KeyFile file = encrypted();
        String pem = file.verifyingKey().toPem();

        assertThat(openssl("pkey -pubin -pubout -in alder.pem")).isEqualTo(pem);
        assertThat(openssl("pkey -pubout -passin pass:wrong -in alder.pem")).isEmpty();
        String right = "-passin file:passphrase -in alder.pem";
        Files.writeString(directory.resolve("passphrase"), "correct horse\n");
        assertThat(openssl("pkey -pubout " + right)).isEqualTo(pem);
        String again = openssl("pkcs8 -topk8 -scrypt -scrypt_p 5 -passout pass:new-words " + right);
        KeyFile changed = new KeyFile(directory.resolve("changed.pem"));
        new SecretFile(changed.path()).create((pem + again).getBytes(US_ASCII));
        assertThat(changed.existingSigningKey(typed("new-words")).keyId())
                .isEqualTo(file.verifyingKey().keyId());
    }

    private String openssl(String arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.split(" ")));
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), US_ASCII);
        process.waitFor();
        return out;
    }

    private KeyFile encrypted() throws Exception {
        KeyFile file = new KeyFile(directory.resolve("alder.pem"));
        file.create(SigningKey.create(random), Optional.of(passphrase("correct horse")), random);
        return file;
    }

    private static Passphrase passphrase(String text) {
        return Passphrase.of(text.toCharArray());
    }

    private static PassphraseSource typed(String text) {
        return _ -> passphrase(text);
    }

    private static List<Path> files(Path directory) throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
