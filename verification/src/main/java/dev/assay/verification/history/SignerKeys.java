package dev.assay.verification.history;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.VerifyingKey;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The public keys of a history's signers, by their ids: {@code keys.pem}. A key's id is its digest,
 * so a key that is found is the key that was named; whether it had the right to sign is another
 * question. A key that verifies often keeps tables of 88 KB, so only the keys used last are held
 * ready; of the others there are 91 bytes each. Thread-safe.
 */
final class SignerKeys {
    /** The most keys that a history may have. */
    static final int MOST = 65_536;

    private static final int READY = 256;

    /** Length of a key in PEM: lines of 26, 64, 60 and 24 characters. */
    private static final int PEM_BYTES = 27 + 65 + 61 + 25;

    private static final String LAST_LINE = "-----END PUBLIC KEY-----";

    private final Map<KeyId, byte[]> all;
    private final Map<KeyId, VerifyingKey> ready =
            new LinkedHashMap<>(READY, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<KeyId, VerifyingKey> eldest) {
                    return size() > READY;
                }
            };

    private SignerKeys(Map<KeyId, byte[]> all) {
        this.all = all;
    }

    /** Reads the keys, PEM after PEM. */
    static SignerKeys read(Path file) throws VerificationException {
        Map<KeyId, byte[]> keys = new HashMap<>();
        String text = new String(PlainFile.read(file, MOST * PEM_BYTES), StandardCharsets.US_ASCII);
        StringBuilder pem = new StringBuilder();
        for (String line : (Iterable<String>) text.lines()::iterator) {
            pem.append(line).append('\n');
            if (line.equals(LAST_LINE)) {
                VerifyingKey key = VerifyingKey.fromPem(pem.toString());
                keys.put(key.keyId(), key.spki());
                pem.setLength(0);
            }
        }
        if (!pem.isEmpty()) {
            throw new VerificationException(
                    Code.BAD_ENCODING, HistoryLayout.KEYS + " ends amid a key");
        }
        return new SignerKeys(keys);
    }

    /** The key with this id, if the history has it. */
    synchronized Optional<VerifyingKey> find(KeyId id) {
        VerifyingKey held = ready.get(id);
        if (held == null) {
            held = parsed(id);
            if (held != null) {
                ready.put(id, held);
            }
        }
        return Optional.ofNullable(held);
    }

    private @Nullable VerifyingKey parsed(KeyId id) {
        byte[] spki = all.get(id);
        try {
            return spki == null ? null : VerifyingKey.parse(spki);
        } catch (VerificationException e) {
            throw new AssertionError("it was read before", e);
        }
    }
}
