package dev.assay.runtime.nvml;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;

/**
 * The functions of NVML that are used, by their names in the library. All return {@code
 * nvmlReturn_t}. Any but those that {@link NvmlCalls} requires may be missing, which answers {@link
 * Answer.Unsupported}.
 */
enum NvmlFunction {
    INIT("nvmlInit_v2"),
    SHUTDOWN("nvmlShutdown"),
    COUNT("nvmlDeviceGetCount_v2", ADDRESS),
    HANDLE("nvmlDeviceGetHandleByIndex_v2", JAVA_INT, ADDRESS),
    DRIVER_VERSION("nvmlSystemGetDriverVersion", ADDRESS, JAVA_INT),
    NVML_VERSION("nvmlSystemGetNVMLVersion", ADDRESS, JAVA_INT),
    CUDA_VERSION("nvmlSystemGetCudaDriverVersion_v2", ADDRESS),
    UUID("nvmlDeviceGetUUID", ADDRESS, ADDRESS, JAVA_INT),
    NAME("nvmlDeviceGetName", ADDRESS, ADDRESS, JAVA_INT),
    PCI("nvmlDeviceGetPciInfo_v3", ADDRESS, ADDRESS),
    MEMORY("nvmlDeviceGetMemoryInfo", ADDRESS, ADDRESS),
    POWER("nvmlDeviceGetPowerUsage", ADDRESS, ADDRESS),
    POWER_LIMIT("nvmlDeviceGetEnforcedPowerLimit", ADDRESS, ADDRESS),
    ENERGY("nvmlDeviceGetTotalEnergyConsumption", ADDRESS, ADDRESS),
    UTILISATION("nvmlDeviceGetUtilizationRates", ADDRESS, ADDRESS),
    TEMPERATURE("nvmlDeviceGetTemperature", ADDRESS, JAVA_INT, ADDRESS),
    ECC_MODE("nvmlDeviceGetEccMode", ADDRESS, ADDRESS, ADDRESS),
    ECC_ERRORS("nvmlDeviceGetTotalEccErrors", ADDRESS, JAVA_INT, JAVA_INT, ADDRESS),
    REMAPPED_ROWS("nvmlDeviceGetRemappedRows", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS),
    THROTTLING("nvmlDeviceGetCurrentClocksThrottleReasons", ADDRESS, ADDRESS),
    PROCESSES("nvmlDeviceGetComputeRunningProcesses_v3", ADDRESS, ADDRESS, ADDRESS),
    MIG_MODE("nvmlDeviceGetMigMode", ADDRESS, ADDRESS, ADDRESS),
    MIG_COUNT("nvmlDeviceGetMaxMigDeviceCount", ADDRESS, ADDRESS),
    MIG_HANDLE("nvmlDeviceGetMigDeviceHandleByIndex", ADDRESS, JAVA_INT, ADDRESS),
    GPU_INSTANCE("nvmlDeviceGetGpuInstanceId", ADDRESS, ADDRESS),
    COMPUTE_INSTANCE("nvmlDeviceGetComputeInstanceId", ADDRESS, ADDRESS),
    EVENTS_CREATE("nvmlEventSetCreate", ADDRESS),
    EVENTS_REGISTER("nvmlDeviceRegisterEvents", ADDRESS, JAVA_LONG, ADDRESS),
    EVENTS_WAIT("nvmlEventSetWait_v2", ADDRESS, ADDRESS, JAVA_INT),
    EVENTS_FREE("nvmlEventSetFree", ADDRESS);

    private final String symbol;

    @SuppressWarnings("ImmutableEnumChecker") // it is, and cannot be annotated
    private final FunctionDescriptor descriptor;

    NvmlFunction(String symbol, MemoryLayout... arguments) {
        this.symbol = symbol;
        this.descriptor = FunctionDescriptor.of(JAVA_INT, arguments);
    }

    String symbol() {
        return symbol;
    }

    FunctionDescriptor descriptor() {
        return descriptor;
    }
}
