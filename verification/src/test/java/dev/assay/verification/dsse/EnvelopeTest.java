package dev.assay.verification.dsse;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.SigningKey;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Locale;

class EnvelopeTest {
    private static final byte[] PAYLOAD =
            "{\"_type\":\"https://in-toto.io/Statement/v1\"}".getBytes(UTF_8);

    private final SigningKey key = SigningKey.create(new SecureRandom());

    @TempDir Path directory;

    @Test
    void bytes_smallPayload_haveTheDocumentedForm() throws Exception {
        Envelope envelope = Envelope.sign("ab".getBytes(UTF_8), key);

        String json = new String(envelope.bytes(), UTF_8);
        assertThat(json)
                .startsWith(
                        "{\"payload\":\"YWI=\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[{\"keyid\":\""
                                + key.keyId().hex()
                                + "\",\"sig\":\"")
                .endsWith("\"}]}");
        assertThat(new String(envelope.pae(), UTF_8))
                .isEqualTo("DSSEv1 28 application/vnd.in-toto+json 2 ab");
    }

    @Test
    void verify_ownEnvelope_givesThePayload() throws Exception {
        Envelope parsed = Envelope.parse(Envelope.sign(PAYLOAD, key).bytes());

        VerifiedEnvelope verified = parsed.verify(key.verifyingKey());

        assertThat(verified.payload()).isEqualTo(PAYLOAD);
        assertThat(verified.signer()).isEqualTo(key.keyId());
        assertThat(verified.digest())
                .isEqualTo(Digest.sha256(parsed.pae()))
                .isEqualTo(parsed.digest());
        assertThat(verified.payloadDigest()).isEqualTo(Digest.sha256(PAYLOAD));
    }

    @Test
    void parse_anyFlippedBit_isRefusedThereOrByVerify() throws Exception {
        byte[] bytes = Envelope.sign(PAYLOAD, key).bytes();
        for (int i = 0; i < 8 * bytes.length; i++) {
            byte[] flipped = bytes.clone();
            flipped[i / 8] ^= (byte) (1 << (i % 8));
            assertThatThrownBy(() -> Envelope.parse(flipped).verify(key.verifyingKey()))
                    .as("bit " + i)
                    .isInstanceOf(VerificationException.class);
        }
    }

    @Test
    void parse_truncatedAnywhere_isRefused() throws Exception {
        byte[] bytes = Envelope.sign(PAYLOAD, key).bytes();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertRefused(Code.BAD_ENCODING, () -> Envelope.parse(cut));
        }
    }

    @Test
    void parse_anotherFormOfTheSameEnvelope_isRefused() throws Exception {
        String json = new String(Envelope.sign("a".getBytes(UTF_8), key).bytes(), UTF_8);
        refused(json + "\n");
        refused(" " + json);
        refused(json.replace(",", ", "));
        refused(json.replace("{\"payload\":", "{\"payload\":\"YQ==\",\"payload\":"));
        refused(json.replace("\"YQ==\"", "\"YR==\""));
        refused(json.replace("\"YQ==\"", "\"YQ\""));
        refused(json.replace("\"YQ==\"", "\"YQ===\""));
        refused(json.replace("\"YQ==\"", "\"Y\\u0051==\""));
        refused(json.replace(key.keyId().hex(), key.keyId().hex().toUpperCase(Locale.ROOT)));
        refused(json.replace(key.keyId().hex(), ""));
        refused(json.replace("]}", "],\"extra\":1}"));
        refused(json.replace("vnd.in-toto+json", "json"));
        refused(json.replace("}]}", "},{\"keyid\":\"\",\"sig\":\"\"}]}"));
        refused("");
        refused("[]");
    }

    @Test
    void parse_moreThanTheLimit_isRefusedUnread() {
        assertRefused(Code.TOO_LARGE, () -> Envelope.parse(new byte[Envelope.MAX_BYTES + 1]))
                .contains("limit");
        assertRefused(Code.TOO_LARGE, () -> Envelope.sign(new byte[Envelope.MAX_BYTES], key))
                .contains("limit");
    }

    @Test
    void parse_largePayload_roundTrips() throws Exception {
        byte[] payload = new byte[780_000];

        assertThat(Envelope.parse(Envelope.sign(payload, key).bytes()).payload())
                .isEqualTo(payload);
    }

    @Test
    void verify_withAnotherKey_isRefused() throws Exception {
        Envelope envelope = Envelope.sign(PAYLOAD, key);
        SigningKey other = SigningKey.create(new SecureRandom());

        assertRefused(Code.BAD_KEY, () -> envelope.verify(other.verifyingKey()))
                .contains(key.keyId().brief());
    }

    @Test
    void verify_keyIdReplacedByTheAttackers_isRefused() throws Exception {
        SigningKey attacker = SigningKey.create(new SecureRandom());
        String json = new String(Envelope.sign(PAYLOAD, key).bytes(), UTF_8);
        Envelope claimed =
                Envelope.parse(
                        json.replace(key.keyId().hex(), attacker.keyId().hex()).getBytes(UTF_8));

        assertRefused(Code.BAD_SIGNATURE, () -> claimed.verify(attacker.verifyingKey()));
    }

    /** OpenSSL as a referee that shares no code with this one. */
    @Test
    void sign_checkedByOpenssl_isAcceptedAndItsTamperedPayloadRefused() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "no openssl");
        Envelope envelope = Envelope.sign(PAYLOAD, key);
        Files.writeString(directory.resolve("key.pem"), key.verifyingKey().toPem());
        Files.write(directory.resolve("sig"), envelope.signature().der());
        Files.write(directory.resolve("pae"), envelope.pae());
        assertThat(opensslVerify()).isZero();

        byte[] tampered = envelope.pae();
        tampered[tampered.length - 1] ^= 1;
        Files.write(directory.resolve("pae"), tampered);
        assertThat(opensslVerify()).isNotZero();
    }

    private int opensslVerify() throws Exception {
        return new ProcessBuilder(
                        "openssl",
                        "dgst",
                        "-sha256",
                        "-verify",
                        "key.pem",
                        "-signature",
                        "sig",
                        "pae")
                .directory(directory.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private static void refused(String json) {
        assertRefused(Code.BAD_ENCODING, () -> Envelope.parse(json.getBytes(UTF_8)));
    }
}
