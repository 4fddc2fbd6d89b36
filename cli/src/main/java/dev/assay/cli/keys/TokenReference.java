package dev.assay.cli.keys;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.SecretFile;
import dev.assay.verification.crypto.VerifyingKey;

import java.nio.file.Path;

/**
 * Where a key is that a PKCS#11 token holds, in canonical JSON. Holds no secret; in a file of its
 * owner's all the same, since whoever changes it chooses the library that is loaded.
 *
 * @param config the configuration file of the JDK's SunPKCS11 provider
 * @param alias of the key in the token
 * @param key its public half, as it was when the reference was made
 */
record TokenReference(Path config, String alias, VerifyingKey key) {
    private static final int MAX_BYTES = 16 << 10;

    static TokenReference read(Path file) throws VerificationException {
        byte[] bytes = new SecretFile(file).read(MAX_BYTES);
        try {
            JsonFields json =
                    JsonFields.of(
                            StrictJson.canonicalObject(bytes, MAX_BYTES, "token reference"),
                            "token reference");
            TokenReference reference =
                    new TokenReference(
                            Path.of(json.text("config")),
                            json.text("alias"),
                            VerifyingKey.fromPem(json.text("publicKey")));
            json.end();
            return reference;
        } catch (JsonException | VerificationException e) {
            throw new VerificationException(
                    Code.BAD_KEY, "key file " + file + ": " + e.getMessage(), e);
        }
    }

    /** Creates the file; says whether there was none before. */
    boolean create(Path file) throws VerificationException {
        ObjectNode json =
                CanonicalJson.object()
                        .put("config", config.toAbsolutePath().toString())
                        .put("alias", alias)
                        .put("publicKey", key.toPem());
        return new SecretFile(file).create(CanonicalJson.bytes(json));
    }
}
