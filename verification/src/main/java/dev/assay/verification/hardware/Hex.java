package dev.assay.verification.hardware;

import java.util.HexFormat;

/** Bytes as lower-case hex digits, for messages and facts. */
final class Hex {
    private Hex() {}

    static String of(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
