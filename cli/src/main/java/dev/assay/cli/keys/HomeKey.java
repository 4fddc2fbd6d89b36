package dev.assay.cli.keys;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;

/**
 * The public side of one key of a home.
 *
 * @param name what its file is called
 */
public record HomeKey(String name, PublicHalf publicHalf, Protection protection) {
    /** How the private half is kept. */
    public enum Protection {
        /** Encrypted with a passphrase. */
        ENCRYPTED,
        /** In a file that only its owner may read. */
        NOT_ENCRYPTED,
        /** In a PKCS#11 token. */
        TOKEN;

        /** The word for people and for JSON. */
        public String word() {
            return switch (this) {
                case ENCRYPTED -> "encrypted";
                case NOT_ENCRYPTED -> "not encrypted";
                case TOKEN -> "in a token";
            };
        }
    }

    /** A public key. */
    public sealed interface PublicHalf {
        KeyId keyId();

        String toPem();
    }

    /** A party's, for statements. */
    public record Attestation(VerifyingKey key) implements PublicHalf {
        @Override
        public KeyId keyId() {
            return key.keyId();
        }

        @Override
        public String toPem() {
            return key.toPem();
        }
    }

    /** The log's, for checkpoints. */
    public record Log(LogVerifyingKey key) implements PublicHalf {
        @Override
        public KeyId keyId() {
            return key.keyId();
        }

        @Override
        public String toPem() {
            return key.toPem();
        }
    }
}
