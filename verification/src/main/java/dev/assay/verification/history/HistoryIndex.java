package dev.assay.verification.history;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.net.URI;
import java.util.Optional;

/**
 * What a history is about: {@code history.json}, in canonical form. Nobody signs it; whoever reads
 * a history compares the two keys with those that they know.
 *
 * @param provider a key of the provider's, which signs receipts and results
 * @param market a key of the market's, which signs leases and settlements
 * @param statements how many statements the history has
 * @param logUrl where the log is, when its files do not lie in the folder
 */
public record HistoryIndex(KeyId provider, KeyId market, long statements, Optional<URI> logUrl) {
    static final String TYPE = "https://assay.dev/history/v1";

    static final int MAX_BYTES = 1 << 12;

    public HistoryIndex {
        if (statements < 0) {
            throw new IllegalArgumentException("a history has 0 statements or more");
        }
    }

    /** The canonical bytes. */
    public byte[] bytes() {
        ObjectNode json =
                CanonicalJson.object()
                        .put("type", TYPE)
                        .put("provider", provider.hex())
                        .put("market", market.hex())
                        .put("statements", Long.toString(statements));
        logUrl.ifPresent(url -> json.put("logUrl", url.toString()));
        return CanonicalJson.bytes(json);
    }

    /** Reads exactly what {@link #bytes} writes. */
    public static HistoryIndex parse(byte[] bytes) throws VerificationException {
        try {
            JsonFields json =
                    JsonFields.of(
                            StrictJson.canonicalObject(bytes, MAX_BYTES, "history"), "history");
            json.text("type", TYPE);
            Optional<String> url = json.optionalText("logUrl");
            HistoryIndex index =
                    new HistoryIndex(
                            json.parsed("provider", KeyId::parse),
                            json.parsed("market", KeyId::parse),
                            json.quantity("statements"),
                            url.isPresent()
                                    ? Optional.of(json.parsed("logUrl", URI::create))
                                    : Optional.empty());
            json.end();
            return index;
        } catch (JsonException e) {
            throw new VerificationException(Code.BAD_ENCODING, e);
        }
    }
}
