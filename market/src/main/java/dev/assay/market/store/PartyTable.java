package dev.assay.market.store;

import dev.assay.protocol.id.KeyId;

import org.jdbi.v3.core.Handle;

import java.util.Optional;

/** Public keys, by their ids. */
public final class PartyTable {
    private final Handle handle;

    PartyTable(Handle handle) {
        this.handle = handle;
    }

    /** Remembers a key; a key known already changes nothing. */
    public void register(KeyId id, String pem) {
        handle.createUpdate(
                        "INSERT INTO party (id, pem) VALUES (:id, :pem) ON CONFLICT (id) DO"
                                + " NOTHING")
                .bind("id", id.hex())
                .bind("pem", pem)
                .execute();
    }

    /** The key's SubjectPublicKeyInfo in PEM. */
    public Optional<String> pem(KeyId id) {
        return handle.createQuery("SELECT pem FROM party WHERE id = :id")
                .bind("id", id.hex())
                .mapTo(String.class)
                .findOne();
    }
}
