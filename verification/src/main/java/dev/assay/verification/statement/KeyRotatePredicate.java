package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.Signature;
import dev.assay.verification.crypto.VerifyingKey;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/**
 * {@code key-rotate}: a holder's next key takes the place of the one before. Signed by the old key
 * or the recovery key, and by the new key too, inside, since an envelope has one signature. Its
 * subjects are the old and the new key.
 *
 * @param terms what both sign
 * @param signer who signs the statement
 * @param possession the new key's signature of {@link Terms#possession}: whoever rotates has it
 */
public record KeyRotatePredicate(
        Terms terms, KeySigner signer, Signature possession, Instant createdOn)
        implements Predicate {
    static final String TYPE = TYPE_PREFIX + "key-rotate/v1";

    /**
     * What a rotation says.
     *
     * @param log origin of the log that it counts in, and in no other
     * @param recoveryKey the holder's recovery key from here on: SHA-256 of its
     *     SubjectPublicKeyInfo
     * @param expires the rotation counts only below this log index; one that is held back and
     *     logged later has expired
     */
    public record Terms(
            String log, KeyId oldKey, VerifyingKey newKey, KeyId recoveryKey, long expires) {
        public Terms {
            KeyRegisterPredicate.requireOrigin(log);
            if (newKey.keyId().equals(oldKey) || newKey.keyId().equals(recoveryKey)) {
                throw new IllegalArgumentException(
                        "a new key is neither the old key nor the recovery key");
            }
        }

        /**
         * The bytes that the new key signs, lines of ASCII:
         *
         * <pre>
         * assay.dev key possession v1 LF
         * log ORIGIN LF  old HEX LF  new HEX LF  recovery HEX LF  expires DECIMAL LF
         * </pre>
         */
        public byte[] possession() {
            return ("assay.dev key possession v1\n"
                            + ("log " + log + "\n")
                            + ("old " + oldKey.hex() + "\n")
                            + ("new " + newKey.keyId().hex() + "\n")
                            + ("recovery " + recoveryKey.hex() + "\n")
                            + ("expires " + expires + "\n"))
                    .getBytes(StandardCharsets.UTF_8);
        }
    }

    @Override
    public String type() {
        return TYPE;
    }

    /** The statement of this rotation. */
    public Statement statement() {
        return new Statement(
                List.of(
                        new Subject("old-key", terms.oldKey().digest()),
                        new Subject("new-key", terms.newKey().keyId().digest())),
                this);
    }

    @Override
    public ObjectNode json() {
        ObjectNode json =
                CanonicalJson.object()
                        .put("log", terms.log())
                        .put("oldKey", terms.oldKey().hex())
                        .put("newPublicKey", PublicKeyField.text(terms.newKey()))
                        .put("recoveryKey", terms.recoveryKey().hex())
                        .put("expires", Long.toString(terms.expires()))
                        .put("possession", Base64.getEncoder().encodeToString(possession.der()))
                        .put("createdOn", createdOn.toString());
        json.set("signer", signer.json());
        return json;
    }

    static KeyRotatePredicate parse(JsonFields json) throws JsonException {
        Terms terms =
                new Terms(
                        json.text("log"),
                        json.parsed("oldKey", KeyId::parse),
                        PublicKeyField.parse(json, "newPublicKey"),
                        json.parsed("recoveryKey", KeyId::parse),
                        json.quantity("expires"));
        return new KeyRotatePredicate(
                terms,
                KeySigner.parse(json.object("signer")),
                signature(json),
                json.instant("createdOn"));
    }

    private static Signature signature(JsonFields json) throws JsonException {
        try {
            return Signature.parse(Base64.getDecoder().decode(json.text("possession")));
        } catch (IllegalArgumentException | VerificationException e) {
            throw json.error("possession", String.valueOf(e.getMessage()));
        }
    }
}
