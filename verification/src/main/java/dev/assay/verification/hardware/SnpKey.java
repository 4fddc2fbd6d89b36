package dev.assay.verification.hardware;

import dev.assay.verification.VerificationException;

/** Which key signed an SEV-SNP report: of the chip, or lent to a cloud by AMD. */
enum SnpKey {
    VCEK,
    VLEK;

    /** The key that bits 2 to 4 of the report's flags name. */
    static SnpKey of(BinaryFields in, long flags) throws VerificationException {
        int selector = (int) (flags >> 2 & 7);
        return switch (selector) {
            case 0 -> VCEK;
            case 1 -> VLEK;
            default ->
                    throw in.wrong(
                            "keyFlags", "signed by key " + selector + ", neither VCEK nor VLEK");
        };
    }
}
