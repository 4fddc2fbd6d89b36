package dev.assay.market.server;

import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.verification.VerificationException;

/** Verification's errors as the market reports them. */
final class Refusals {
    private Refusals() {}

    /** A party sent a document that does not stand up. */
    static MarketException refused(String document, VerificationException e) {
        return new MarketException(Code.REFUSED, document + ": " + e.getMessage(), e);
    }

    /** What the market itself keeps does not stand up, or cannot be written. */
    static MarketException damaged(String what, VerificationException e) {
        return new MarketException(Code.UNAVAILABLE, what + ": " + e.getMessage(), e);
    }
}
