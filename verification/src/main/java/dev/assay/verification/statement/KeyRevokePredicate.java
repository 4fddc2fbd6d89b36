package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;

import java.time.Instant;

/**
 * {@code key-revoke}: from here on nothing counts that a key signs. Signed by that key or the
 * recovery key; its subject is the key. What the log held before stays valid.
 *
 * @param log origin of the log that it counts in, and in no other
 */
public record KeyRevokePredicate(
        String log, KeyId key, Reason reason, KeySigner signer, Instant createdOn)
        implements Predicate {
    static final String TYPE = TYPE_PREFIX + "key-revoke/v1";

    /** Why a key ends. */
    public enum Reason {
        /** Somebody else may have it. */
        COMPROMISED,
        /** Nobody has it any more. */
        LOST,
        /** Its holder does not need it any more. */
        RETIRED
    }

    public KeyRevokePredicate {
        KeyRegisterPredicate.requireOrigin(log);
    }

    @Override
    public String type() {
        return TYPE;
    }

    /** The statement of this revocation. */
    public Statement statement() {
        return Statement.about("key", key.digest(), this);
    }

    @Override
    public ObjectNode json() {
        ObjectNode json =
                CanonicalJson.object()
                        .put("log", log)
                        .put("key", key.hex())
                        .put("reason", reason.name())
                        .put("createdOn", createdOn.toString());
        json.set("signer", signer.json());
        return json;
    }

    static KeyRevokePredicate parse(JsonFields json) throws JsonException {
        return new KeyRevokePredicate(
                json.text("log"),
                json.parsed("key", KeyId::parse),
                json.constant("reason", Reason.values()),
                KeySigner.parse(json.object("signer")),
                json.instant("createdOn"));
    }
}
