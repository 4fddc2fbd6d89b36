package dev.assay.protocol.market;

import dev.assay.protocol.job.Resources;

/**
 * How an agent introduces itself.
 *
 * @param name for people: 1 to 64 characters, none of them a control character
 * @param keyPem the provider's P-256 attestation key, SubjectPublicKeyInfo in PEM
 * @param capacity the machine's resources
 */
public record AgentHello(String name, String keyPem, Resources capacity) {
    private static final int MAX_NAME = 64;

    public AgentHello {
        if (name.isBlank()
                || name.length() > MAX_NAME
                || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "an agent's name has 1 to 64 characters, none of them a control character");
        }
    }
}
