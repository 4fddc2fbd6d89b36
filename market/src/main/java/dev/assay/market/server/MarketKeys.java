package dev.assay.market.server;

import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.SigningKey;

/**
 * A market's private keys.
 *
 * @param statements signs leases and settlements
 * @param log signs the log's checkpoints
 */
public record MarketKeys(SigningKey statements, LogSigningKey log) {}
