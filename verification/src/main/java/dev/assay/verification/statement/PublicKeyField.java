package dev.assay.verification.statement;

import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.VerifyingKey;

import java.util.Base64;

/** A public key in a statement: base64 of its SubjectPublicKeyInfo. */
final class PublicKeyField {
    private PublicKeyField() {}

    static String text(VerifyingKey key) {
        return Base64.getEncoder().encodeToString(key.spki());
    }

    static VerifyingKey parse(JsonFields json, String name) throws JsonException {
        try {
            return VerifyingKey.parse(Base64.getDecoder().decode(json.text(name)));
        } catch (IllegalArgumentException | VerificationException e) {
            throw json.error(name, String.valueOf(e.getMessage()));
        }
    }
}
