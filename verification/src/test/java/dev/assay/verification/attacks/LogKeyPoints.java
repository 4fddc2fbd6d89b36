package dev.assay.verification.attacks;

/** Points of Ed25519's curve, encoded in hex, that no key and no signature may have. */
final class LogKeyPoints {
    /** (0, 1). */
    static final String NEUTRAL = "01" + "00".repeat(31);

    /** (0, 1) again, with y written as p + 1. */
    static final String NEUTRAL_TWICE = "ee" + "ff".repeat(30) + "7f";

    /** (0, -1). */
    static final String ORDER_2 = "ec" + "ff".repeat(30) + "7f";

    /** A point with y = 0. */
    static final String ORDER_4 = "00".repeat(32);

    /** A point of order 8. */
    static final String ORDER_8 =
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a";

    /** No x belongs to y = 2. */
    static final String NO_POINT = "02" + "00".repeat(31);

    private LogKeyPoints() {}
}
