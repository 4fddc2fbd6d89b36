package dev.assay.runtime.nvml;

import java.util.Map;

/**
 * What an NVML call returned: {@code nvmlReturn_t}. A newer driver may return codes that this
 * program has no name for.
 *
 * @see <a href="https://docs.nvidia.com/deploy/nvml-api/group__nvmlDeviceEnumvs.html">NVML device
 *     enums</a>
 */
public record NvmlStatus(int code) {
    public static final NvmlStatus SUCCESS = new NvmlStatus(0);
    public static final NvmlStatus NOT_SUPPORTED = new NvmlStatus(3);
    public static final NvmlStatus INSUFFICIENT_SIZE = new NvmlStatus(7);
    public static final NvmlStatus DRIVER_NOT_LOADED = new NvmlStatus(9);
    public static final NvmlStatus TIMEOUT = new NvmlStatus(10);
    public static final NvmlStatus FUNCTION_NOT_FOUND = new NvmlStatus(13);
    public static final NvmlStatus GPU_IS_LOST = new NvmlStatus(15);
    public static final NvmlStatus RESET_REQUIRED = new NvmlStatus(16);
    public static final NvmlStatus DEPRECATED = new NvmlStatus(26);
    public static final NvmlStatus GPU_NOT_FOUND = new NvmlStatus(28);

    private static final Map<Integer, String> NAMES =
            Map.ofEntries(
                    Map.entry(0, "SUCCESS"),
                    Map.entry(1, "UNINITIALIZED"),
                    Map.entry(2, "INVALID_ARGUMENT"),
                    Map.entry(3, "NOT_SUPPORTED"),
                    Map.entry(4, "NO_PERMISSION"),
                    Map.entry(5, "ALREADY_INITIALIZED"),
                    Map.entry(6, "NOT_FOUND"),
                    Map.entry(7, "INSUFFICIENT_SIZE"),
                    Map.entry(8, "INSUFFICIENT_POWER"),
                    Map.entry(9, "DRIVER_NOT_LOADED"),
                    Map.entry(10, "TIMEOUT"),
                    Map.entry(11, "IRQ_ISSUE"),
                    Map.entry(12, "LIBRARY_NOT_FOUND"),
                    Map.entry(13, "FUNCTION_NOT_FOUND"),
                    Map.entry(14, "CORRUPTED_INFOROM"),
                    Map.entry(15, "GPU_IS_LOST"),
                    Map.entry(16, "RESET_REQUIRED"),
                    Map.entry(17, "OPERATING_SYSTEM"),
                    Map.entry(18, "LIB_RM_VERSION_MISMATCH"),
                    Map.entry(19, "IN_USE"),
                    Map.entry(20, "MEMORY"),
                    Map.entry(21, "NO_DATA"),
                    Map.entry(22, "VGPU_ECC_NOT_SUPPORTED"),
                    Map.entry(23, "INSUFFICIENT_RESOURCES"),
                    Map.entry(24, "FREQ_NOT_SUPPORTED"),
                    Map.entry(25, "ARGUMENT_VERSION_MISMATCH"),
                    Map.entry(26, "DEPRECATED"),
                    Map.entry(27, "NOT_READY"),
                    Map.entry(28, "GPU_NOT_FOUND"),
                    Map.entry(29, "INVALID_STATE"),
                    Map.entry(30, "RESET_TYPE_NOT_SUPPORTED"),
                    Map.entry(999, "UNKNOWN"));

    boolean isSuccess() {
        return code == 0;
    }

    /** Whether the device or the driver simply has no such thing. */
    boolean meansUnsupported() {
        return equals(NOT_SUPPORTED) || equals(FUNCTION_NOT_FOUND) || equals(DEPRECATED);
    }

    /** The constant's name without its prefix, or the number. */
    public String name() {
        return NAMES.getOrDefault(code, "status " + code);
    }

    /** {@code GPU_IS_LOST (15)}. */
    @Override
    public String toString() {
        return NAMES.containsKey(code) ? name() + " (" + code + ")" : name();
    }
}
