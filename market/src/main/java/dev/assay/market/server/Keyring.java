package dev.assay.market.server;

import dev.assay.market.store.Tables;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.VerifyingKey;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The public keys that the market knows. Used on the state thread. */
final class Keyring {
    private final Map<KeyId, VerifyingKey> known = new HashMap<>();

    /** Reads a public key that a party presents. */
    static VerifyingKey parse(String pem) throws MarketException {
        try {
            return VerifyingKey.fromPem(pem);
        } catch (VerificationException e) {
            throw Refusals.refused("public key", e);
        }
    }

    /** Remembers a key for good. */
    void register(Tables tables, VerifyingKey key) {
        tables.parties().register(key.keyId(), key.toPem());
    }

    /** A registered key. */
    VerifyingKey require(Tables tables, KeyId id) throws MarketException {
        VerifyingKey key = known.get(id);
        if (key == null) {
            Optional<String> pem = tables.parties().pem(id);
            if (pem.isEmpty()) {
                throw new MarketException(
                        Code.REFUSED,
                        "the market does not know key " + id.brief() + "; register it first");
            }
            key = parse(pem.get());
            known.put(id, key);
        }
        return key;
    }
}
