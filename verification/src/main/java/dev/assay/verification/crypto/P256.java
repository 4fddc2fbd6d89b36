package dev.assay.verification.crypto;

import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;

import java.math.BigInteger;

/** The curve P-256 in Bouncy Castle's fixed-size arithmetic, its fastest. */
final class P256 {
    private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp256r1");

    static final ECDomainParameters DOMAIN = new ECDomainParameters(CURVE);
    static final BigInteger ORDER = DOMAIN.getN();
    static final BigInteger HALF_ORDER = ORDER.shiftRight(1);

    /** The generator: every signature multiplies it, and every verification. */
    static final FixedPoint.Candidate GENERATOR = new FixedPoint.Candidate(DOMAIN.getG());

    /** Length of a field element and of a scalar. */
    static final int SCALAR_BYTES = 32;

    /** Length of an uncompressed point: 04, x, y. */
    static final int POINT_BYTES = 65;

    private P256() {}
}
