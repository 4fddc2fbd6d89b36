package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;

import java.time.Instant;

/**
 * {@code key-register}: a holder's first key in a log. Signed by that key, which proves that
 * whoever registers it has it; its subject is the key.
 *
 * @param log origin of the log that it counts in, and in no other
 * @param recoveryKey SHA-256 of the SubjectPublicKeyInfo of the key that can end this one when it
 *     is lost or stolen; that key stays unseen until then
 */
public record KeyRegisterPredicate(
        String log, KeyHolder holder, VerifyingKey key, KeyId recoveryKey, Instant createdOn)
        implements Predicate {
    static final String TYPE = TYPE_PREFIX + "key-register/v1";

    public KeyRegisterPredicate {
        requireOrigin(log);
        if (recoveryKey.equals(key.keyId())) {
            throw new IllegalArgumentException("a key cannot be its own recovery key");
        }
    }

    /** Refuses what cannot name a log. */
    static void requireOrigin(String log) {
        if (!LogVerifyingKey.isOrigin(log)) {
            throw new IllegalArgumentException("log: is no origin of a log");
        }
    }

    @Override
    public String type() {
        return TYPE;
    }

    /** The statement of this registration. */
    public Statement statement() {
        return Statement.about("key", key.keyId().digest(), this);
    }

    @Override
    public ObjectNode json() {
        ObjectNode json =
                CanonicalJson.object()
                        .put("log", log)
                        .put("publicKey", PublicKeyField.text(key))
                        .put("recoveryKey", recoveryKey.hex())
                        .put("createdOn", createdOn.toString());
        json.set("holder", holder.json());
        return json;
    }

    static KeyRegisterPredicate parse(JsonFields json) throws JsonException {
        return new KeyRegisterPredicate(
                json.text("log"),
                KeyHolder.parse(json.object("holder")),
                PublicKeyField.parse(json, "publicKey"),
                json.parsed("recoveryKey", KeyId::parse),
                json.instant("createdOn"));
    }
}
