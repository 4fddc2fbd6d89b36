package dev.assay.protocol.market;

/**
 * A market's public keys.
 *
 * @param statementKeyPem the P-256 key that signs leases and settlements, SubjectPublicKeyInfo in
 *     PEM
 * @param logKey the log's verifier key, {@code origin+hash+base64} as in C2SP signed notes
 */
public record MarketIdentity(String statementKeyPem, String logKey) {}
