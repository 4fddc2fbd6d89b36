package dev.assay.verification.hardware;

import java.util.Optional;

/** How a TPM signs, with its TPM_ALG_ID (TCG Algorithm Registry). */
enum TpmScheme {
    RSASSA(0x0014),
    RSAPSS(0x0016),
    ECDSA(0x0018);

    private final int id;

    TpmScheme(int id) {
        this.id = id;
    }

    /** The scheme with this TPM_ALG_ID. */
    static Optional<TpmScheme> of(int id) {
        for (TpmScheme scheme : values()) {
            if (scheme.id == id) {
                return Optional.of(scheme);
            }
        }
        return Optional.empty();
    }

    boolean isRsa() {
        return this != ECDSA;
    }
}
