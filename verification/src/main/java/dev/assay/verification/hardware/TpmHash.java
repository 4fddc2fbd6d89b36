package dev.assay.verification.hardware;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.spec.MGF1ParameterSpec;
import java.util.Locale;
import java.util.Optional;

/**
 * A hash that a TPM uses and that is still good, with its TPM_ALG_ID (TCG Algorithm Registry).
 * SHA-1 is none.
 */
enum TpmHash {
    SHA256(0x000B, 32, "SHA-256"),
    SHA384(0x000C, 48, "SHA-384"),
    SHA512(0x000D, 64, "SHA-512");

    private final int id;
    private final int bytes;
    private final String algorithm;

    TpmHash(int id, int bytes, String algorithm) {
        this.id = id;
        this.bytes = bytes;
        this.algorithm = algorithm;
    }

    /** The hash with this TPM_ALG_ID. */
    static Optional<TpmHash> of(int id) {
        for (TpmHash hash : values()) {
            if (hash.id == id) {
                return Optional.of(hash);
            }
        }
        return Optional.empty();
    }

    int id() {
        return id;
    }

    /** The length of a digest. */
    int bytes() {
        return bytes;
    }

    /** The JDK's name, such as {@code SHA-256}. */
    String algorithm() {
        return algorithm;
    }

    /** The name of its bank of PCRs, such as {@code sha256}. */
    String bank() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The mask generation function of RSAPSS with this hash. */
    MGF1ParameterSpec mask() {
        return new MGF1ParameterSpec(algorithm);
    }

    byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has " + algorithm, e);
        }
    }
}
