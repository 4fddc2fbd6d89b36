package dev.assay.verification.referees;

import static dev.assay.verification.referees.BundleTwins.base64;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.verification.VerificationException;
import dev.assay.verification.bundle.SigstoreBundle;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.TransparencyLog;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * npm {@code @sigstore/verify}, called by the script in the readme of evidence folders, against our
 * bundles and their tampered twins. All twins lie in one folder, so that Node starts once.
 */
class SigstoreRefereeTest {
    static final String ENTRY = "/verificationMaterial/tlogEntries/0";
    static final String PROOF = ENTRY + "/inclusionProof";

    private static final String SIGNATURES = "/dsseEnvelope/signatures";
    private static final String INVALID = "invalid bundle";
    private static final String CHECKPOINT = "invalid checkpoint signature";
    private static final String ROOT = "calculated root hash does not match";
    private static final String HASHES = "invalid hash count";

    @TempDir Path directory;
    private final SigningKey provider = SigningKey.create(new SecureRandom());
    private final SigningKey stranger = SigningKey.create(new SecureRandom());
    private final Map<String, byte[]> bundles = new LinkedHashMap<>();
    private final Map<String, String> reasons = new LinkedHashMap<>();
    private LogSigningKey log;
    private SigstoreBundle honest;

    @BeforeEach
    void anHonestBundle() throws Exception {
        log = key("test.example/log");
        honest = logged("honest", provider, log, 5);
    }

    @Test
    void bundles_whereverTheyAreInTheLog_areVerified() throws Exception {
        for (int before = 0; before < 20; before++) {
            bundles.put("after-" + before, logged("b" + before, provider, log, before).bytes());
        }

        assertThat(referee()).hasSize(20).allSatisfy((_, said) -> assertVerified(said));
    }

    @Test
    void tamperedEnvelopes_areRejectedByTheRefereeAndByUs() throws Exception {
        twin("payload", "payload hash mismatch", twin().set("/dsseEnvelope/payload", "e30="));
        twin(
                "payload-type",
                "signature verification failed",
                twin().set("/dsseEnvelope/payloadType", "text/plain"));
        String other = base64(Envelope.sign(payload("honest"), stranger).signature().der());
        twin("signature", "signature mismatch", twin().set(SIGNATURES + "/0/sig", other));
        BundleTwins two = twin();
        two.array(SIGNATURES).add(two.array(SIGNATURES).get(0));
        twin("two-signatures", INVALID, two);
        BundleTwins none = twin();
        none.array(SIGNATURES).removeAll();
        twin("no-signature", INVALID, none);
        String hint = "/verificationMaterial/publicKey/hint";
        twin("key", "key not found", twin().set(hint, stranger.keyId().hex()));
        SigstoreBundle forged = logged("forged", stranger, log, 5);
        twin(
                "logged-by-a-stranger",
                "signature verification failed",
                BundleTwins.of(forged.bytes()).set(hint, provider.keyId().hex()));

        assertRejected();
    }

    @Test
    void tamperedProofs_areRejectedByTheRefereeAndByUs() throws Exception {
        String zero = base64(new byte[32]);
        twin("hash", ROOT, twin().set(PROOF + "/hashes/0", zero));
        BundleTwins cut = twin();
        cut.array(PROOF + "/hashes").remove(0);
        twin("cut", HASHES, cut);
        BundleTwins longer = twin();
        longer.array(PROOF + "/hashes").add(zero);
        twin("longer", HASHES, longer);
        twin("index", ROOT, twin().set(PROOF + "/logIndex", "0"));
        twin("no-proof", INVALID, twin().remove(PROOF));
        twin("root", CHECKPOINT, twin().note(2, zero));
        twin("size", CHECKPOINT, twin().note(1, "9"));
        twin("origin", CHECKPOINT, twin().note(0, "other.example/log"));
        twin("log-id", "names another log", twin().set(ENTRY + "/logId/keyId", zero));
        twin("kind", "TLOG_BODY_ERROR", twin().set(ENTRY + "/kindVersion/kind", "intoto"));
        twin("leaf", ROOT, twin().spaceInTheLeaf());
        BundleTwins none = twin();
        none.array("/verificationMaterial/tlogEntries").removeAll();
        twin("no-entry", "expected 1 tlog entries", none);
        LogSigningKey other = key("other.example/log");
        twin("other-log", CHECKPOINT, BundleTwins.of(logged("o", provider, other, 3).bytes()));
        LogSigningKey same = key(log.origin());
        twin("other-key", CHECKPOINT, BundleTwins.of(logged("s", provider, same, 3).bytes()));

        assertRejected();
    }

    /** What is said twice Sigstore reads in one place; we refuse what disagrees with itself. */
    @Test
    void twinsInFieldsThatTheRefereeDoesNotRead_areRefusedByUs() throws Exception {
        twin("version", "", twin().set("/mediaType", SigstoreBundle.MEDIA_TYPE + ";x"));
        twin("index", "", twin().set(ENTRY + "/logIndex", "0"));
        twin("root", "", twin().set(PROOF + "/rootHash", base64(new byte[32])));
        twin("size", "", twin().set(PROOF + "/treeSize", "9"));
        twin("keyid", "", twin().set(SIGNATURES + "/0/keyid", stranger.keyId().hex()));

        assertThat(referee()).hasSize(5).allSatisfy((_, said) -> assertVerified(said));
        bundles.forEach((name, bytes) -> assertThat(weAccept(bytes)).as(name).isFalse());
    }

    private void assertRejected() throws Exception {
        bundles.put("honest", twin().bytes());
        Map<String, String> said = referee();

        assertVerified(said.remove("honest"));
        assertThat(weAccept(honest.bytes())).isTrue();
        assertThat(said.keySet()).isEqualTo(reasons.keySet());
        reasons.forEach(
                (name, reason) -> {
                    assertThat(said.get(name)).startsWith("REFUSED").contains(reason);
                    assertThat(weAccept(bundles.get(name))).as(name).isFalse();
                });
    }

    private BundleTwins twin() throws Exception {
        return BundleTwins.of(honest.bytes());
    }

    private void twin(String name, String reason, BundleTwins twin) throws Exception {
        bundles.put(name, twin.bytes());
        reasons.put(name, reason);
    }

    private boolean weAccept(byte[] bundle) {
        try {
            SigstoreBundle.parse(bundle).verify(provider.verifyingKey(), log.verifyingKey());
            return true;
        } catch (VerificationException e) {
            return false;
        }
    }

    /** What the script says of each bundle. */
    private Map<String, String> referee() throws Exception {
        Path modules = Program.nodeModules();
        Path folder = Files.createDirectory(directory.resolve("folder"));
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("provider.pem"), provider.verifyingKey().toPem());
        Files.writeString(keys.resolve("log.vkey"), log.verifyingKey().vkey());
        Files.createDirectory(folder.resolve("bundles"));
        for (Map.Entry<String, byte[]> bundle : bundles.entrySet()) {
            Files.write(
                    folder.resolve("bundles/result." + bundle.getKey() + ".sigstore.json"),
                    bundle.getValue());
        }
        Files.writeString(directory.resolve("verify.js"), Readme.script());
        Program.Output output =
                Program.run(
                        directory,
                        Map.of("NODE_PATH", modules.toString()),
                        "",
                        "node",
                        "verify.js",
                        folder.toString());
        Map<String, String> said = new TreeMap<>();
        for (String line : output.lines()) {
            said.put(line.replaceAll("^\\w+ result\\.(.*)\\.sigstore\\.json: .*$", "$1"), line);
        }
        boolean refused = said.values().stream().anyMatch(line -> line.startsWith("REFUSED"));
        assertThat(output.exit()).as(output.text()).isEqualTo(refused ? 1 : 0);
        return said;
    }

    private void assertVerified(String said) {
        assertThat(said)
                .startsWith("verified ")
                .contains("signed by provider " + provider.keyId().brief() + ", entry ")
                .endsWith(" of " + log.origin());
    }

    /** A bundle of a statement that this log holds between other entries. */
    private SigstoreBundle logged(String name, SigningKey signer, LogSigningKey key, int before)
            throws Exception {
        Envelope envelope = Envelope.sign(payload(name), signer);
        Path place = Files.createTempDirectory(directory, "log");
        try (TransparencyLog entries = TransparencyLog.open(place, key)) {
            for (int i = 0; i < before; i++) {
                entries.append(List.of(("before " + i).getBytes(UTF_8)));
            }
            long index =
                    entries.append(List.of(LogLeaf.of(envelope, signer.verifyingKey()))).first();
            entries.append(List.of("after".getBytes(UTF_8)));
            return SigstoreBundle.of(
                    envelope, signer.verifyingKey(), entries.proof(index), key.verifyingKey());
        }
    }

    private static byte[] payload(String name) {
        return ("{\"name\":\"" + name + "\"}").getBytes(UTF_8);
    }

    private static LogSigningKey key(String origin) throws Exception {
        return LogSigningKey.create(origin, new SecureRandom());
    }
}
