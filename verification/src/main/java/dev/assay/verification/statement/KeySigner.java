package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.verification.crypto.VerifyingKey;

/**
 * Who ends a key: the key itself, or the recovery key, which nobody has seen before it is used.
 *
 * @param key the key that signs the statement
 */
public record KeySigner(Capacity as, VerifyingKey key) {
    /** In what capacity somebody signs. */
    public enum Capacity {
        /** As the key that ends. */
        KEY,
        /** As the recovery key of its holder. */
        RECOVERY
    }

    ObjectNode json() {
        return CanonicalJson.object()
                .put("as", as.name())
                .put("publicKey", PublicKeyField.text(key));
    }

    static KeySigner parse(JsonFields json) throws JsonException {
        KeySigner signer =
                new KeySigner(
                        json.constant("as", Capacity.values()),
                        PublicKeyField.parse(json, "publicKey"));
        json.end();
        return signer;
    }
}
