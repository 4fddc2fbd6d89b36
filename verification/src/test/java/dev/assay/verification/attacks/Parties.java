package dev.assay.verification.attacks;

import dev.assay.verification.crypto.FixedKeys;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.SigningKey;

/** Who signs in the attacks' files: keys made for them, which are no secret. */
final class Parties {
    static final String ORIGIN = "log.example/attacked";

    static final SigningKey TENANT = FixedKeys.signing("tenant");
    static final SigningKey PROVIDER = FixedKeys.signing("provider");
    static final SigningKey MARKET = FixedKeys.signing("market");
    static final SigningKey STRANGER = FixedKeys.signing("stranger");

    static final LogSigningKey LOG = FixedKeys.log(ORIGIN, "log");

    /** Calls itself the log. */
    static final LogSigningKey IMPOSTOR = FixedKeys.log(ORIGIN, "impostor");

    static final LogSigningKey OTHER_LOG = FixedKeys.log("other.example/log", "other log");
    static final LogSigningKey WITNESS = FixedKeys.log("witness.example/w1", "witness");

    private Parties() {}
}
