package dev.assay.cli.network;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.witness.WitnessKey;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * Where a witness is and by which key it is known, in one word: {@code URL=VKEY}. In a URL that has
 * a {@code =} of its own it is written {@code %3D}.
 *
 * @param url the submission prefix, which {@code assay witness} says that it listens at
 */
public record WitnessAddress(URI url, WitnessKey key) {
    /** Reads what {@link #toString} writes. */
    public static WitnessAddress parse(String text) throws VerificationException {
        int equals = text.indexOf('=');
        if (!hasUrl(text)) {
            throw new VerificationException(
                    Code.BAD_KEY,
                    "'"
                            + text
                            + "' is no witness of the form URL=VKEY; assay witness prints both when"
                            + " it starts");
        }
        return new WitnessAddress(url(text.substring(0, equals)), key(text));
    }

    /** The key of a witness in this form, or of its key alone. */
    public static WitnessKey key(String text) throws VerificationException {
        return WitnessKey.parse(hasUrl(text) ? text.substring(text.indexOf('=') + 1) : text);
    }

    @Override
    public String toString() {
        return url + "=" + key.vkey();
    }

    private static boolean hasUrl(String text) {
        int colon = text.indexOf("://");
        return colon > 0 && text.indexOf('=') > colon;
    }

    private static URI url(String text) throws VerificationException {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new VerificationException(
                    Code.IO,
                    "'"
                            + text
                            + "' is no URL ("
                            + e.getReason()
                            + "); write it as http://HOST:PORT/PATH",
                    e);
        }
    }
}
