package dev.assay.models.tensor;

import java.util.Locale;
import java.util.Optional;

/** The element type of a tensor. Names are those of safetensors. */
public enum DType {
    /** IEEE 754 binary32. */
    F32(4),
    /** Two's-complement 64-bit integer. */
    I64(8);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** The name in graphs and manifests: lower case. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The type of this name, in either case, if there is one. */
    public static Optional<DType> named(String name) {
        for (DType type : values()) {
            if (type.name().equalsIgnoreCase(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
