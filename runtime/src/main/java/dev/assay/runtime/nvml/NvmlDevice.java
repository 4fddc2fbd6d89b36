package dev.assay.runtime.nvml;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.assay.runtime.device.PciAddress;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * One GPU or MIG instance of an open library. Each method asks anew; a GPU that is lost in between
 * refuses with GPU_IS_LOST. Thread-safe; useless once the library is closed.
 */
public final class NvmlDevice {
    private static final int UUID_BYTES = 96; // NVML_DEVICE_UUID_V2_BUFFER_SIZE
    private static final int NAME_BYTES = 96; // NVML_DEVICE_NAME_V2_BUFFER_SIZE
    private static final int PCI_BYTES = 68; // nvmlPciInfo_t
    private static final int PCI_ID = 36; // its busId
    private static final int TEMPERATURE_GPU = 0;
    private static final int CORRECTED = 0; // nvmlMemoryErrorType_t
    private static final int UNCORRECTED = 1;
    private static final int VOLATILE = 0;
    private static final int MOST_MIG_INSTANCES = 64;
    private static final int MOST_CELSIUS = 200;

    private final NvmlCalls calls;
    private final int index;
    private final MemorySegment handle;

    NvmlDevice(NvmlCalls calls, int index, MemorySegment handle) {
        this.calls = calls;
        this.index = index;
        this.handle = handle;
    }

    /** The index it was asked for by. */
    public int index() {
        return index;
    }

    /** The address of the library's own record of it: equal for equal devices. */
    long identity() {
        return handle.address();
    }

    MemorySegment handle() {
        return handle;
    }

    public Answer<String> uuid() {
        return text(NvmlFunction.UUID, UUID_BYTES);
    }

    public Answer<String> name() {
        return text(NvmlFunction.NAME, NAME_BYTES);
    }

    public Answer<PciAddress> pci() {
        return ask(
                PCI_BYTES,
                info -> calls.call(NvmlFunction.PCI, handle, info),
                info -> {
                    String id = NvmlCalls.text(info.asSlice(PCI_ID));
                    return PciAddress.isOne(id)
                            ? new Answer.Value<>(PciAddress.parse(id))
                            : new Answer.Implausible<>("'" + id + "' is no PCI address");
                });
    }

    public Answer<MemoryUse> memory() {
        return ask(
                3 * Long.BYTES,
                info -> calls.call(NvmlFunction.MEMORY, handle, info),
                info -> {
                    long total = info.getAtIndex(JAVA_LONG, 0);
                    long free = info.getAtIndex(JAVA_LONG, 1);
                    long used = info.getAtIndex(JAVA_LONG, 2);
                    return total < 0 || free < 0 || free > total || used < 0 || used > total
                            ? new Answer.Implausible<>(
                                    String.format(
                                            "%s bytes, of which %s free and %s used",
                                            Long.toUnsignedString(total),
                                            Long.toUnsignedString(free),
                                            Long.toUnsignedString(used)))
                            : new Answer.Value<>(new MemoryUse(total, free, used));
                });
    }

    /** What the board draws, in milliwatts. */
    public Answer<Long> powerMilliwatts() {
        return number(NvmlFunction.POWER).map(Integer::toUnsignedLong);
    }

    /** The most that the board may draw, in milliwatts. */
    public Answer<Long> powerLimitMilliwatts() {
        return number(NvmlFunction.POWER_LIMIT).map(Integer::toUnsignedLong);
    }

    /** Energy used since the driver was loaded, in millijoules. */
    public Answer<Long> energyMillijoules() {
        return ask(
                Long.BYTES,
                energy -> calls.call(NvmlFunction.ENERGY, handle, energy),
                energy -> count(energy.get(JAVA_LONG, 0), "mJ"));
    }

    public Answer<Utilisation> utilisation() {
        return ask(
                2 * Integer.BYTES,
                rates -> calls.call(NvmlFunction.UTILISATION, handle, rates),
                rates -> {
                    int gpu = rates.getAtIndex(JAVA_INT, 0);
                    int memory = rates.getAtIndex(JAVA_INT, 1);
                    return gpu < 0 || gpu > 100 || memory < 0 || memory > 100
                            ? new Answer.Implausible<>(
                                    Integer.toUnsignedString(gpu)
                                            + " % and "
                                            + Integer.toUnsignedString(memory)
                                            + " % busy")
                            : new Answer.Value<>(new Utilisation(gpu, memory));
                });
    }

    /** Degrees Celsius. */
    public Answer<Integer> temperature() {
        return ask(
                Integer.BYTES,
                value -> calls.call(NvmlFunction.TEMPERATURE, handle, TEMPERATURE_GPU, value),
                value -> {
                    int celsius = value.get(JAVA_INT, 0);
                    return celsius < 0 || celsius > MOST_CELSIUS
                            ? new Answer.Implausible<>(Integer.toUnsignedString(celsius) + " °C")
                            : new Answer.Value<>(celsius);
                });
    }

    /** Whether its memory is checked. */
    public Answer<Boolean> eccMode() {
        return mode(NvmlFunction.ECC_MODE);
    }

    /** Errors of its memory since the driver was loaded. */
    public Answer<EccErrors> eccErrors() {
        return switch (eccErrors(CORRECTED)) {
            case Answer.Value<Long>(Long corrected) ->
                    eccErrors(UNCORRECTED).map(other -> new EccErrors(corrected, other));
            case Answer<Long> none -> none.map(never -> new EccErrors(never, 0));
        };
    }

    public Answer<RemappedRows> remappedRows() {
        return ask(
                4 * Integer.BYTES,
                rows ->
                        calls.call(
                                NvmlFunction.REMAPPED_ROWS,
                                handle,
                                rows,
                                rows.asSlice(4),
                                rows.asSlice(8),
                                rows.asSlice(12)),
                rows -> {
                    int correctable = rows.getAtIndex(JAVA_INT, 0);
                    int uncorrectable = rows.getAtIndex(JAVA_INT, 1);
                    return correctable < 0 || uncorrectable < 0
                            ? new Answer.Implausible<>("more rows than there are")
                            : new Answer.Value<>(
                                    new RemappedRows(
                                            correctable,
                                            uncorrectable,
                                            rows.getAtIndex(JAVA_INT, 2) != 0,
                                            rows.getAtIndex(JAVA_INT, 3) != 0));
                });
    }

    /** Why its clocks are below their maximum now. */
    public Answer<Set<ThrottleReason>> throttling() {
        return ask(
                Long.BYTES,
                mask -> calls.call(NvmlFunction.THROTTLING, handle, mask),
                mask -> new Answer.Value<>(ThrottleReason.of(mask.get(JAVA_LONG, 0))));
    }

    /** The processes that compute on it now. */
    public Answer<List<GpuProcess>> processes() {
        return ProcessList.read(calls, handle);
    }

    /** Whether it is divided into MIG instances. */
    public Answer<Boolean> migMode() {
        return mode(NvmlFunction.MIG_MODE);
    }

    /** Its MIG instances; none when it is not divided, or when it does not say. */
    public List<NvmlDevice> migInstances() {
        int most = number(NvmlFunction.MIG_COUNT).known().orElse(0);
        List<NvmlDevice> instances = new ArrayList<>();
        for (int i = 0; i < Math.clamp(most, 0, MOST_MIG_INSTANCES); i++) {
            int slot = i;
            ask(
                            (int) ADDRESS.byteSize(),
                            instance -> calls.call(NvmlFunction.MIG_HANDLE, handle, slot, instance),
                            instance -> new Answer.Value<>(instance.get(ADDRESS, 0)))
                    .known()
                    .ifPresent(found -> instances.add(new NvmlDevice(calls, slot, found)));
        }
        return instances;
    }

    /** Of a MIG instance: the number of the GPU instance that it is, or is a part of. */
    public Answer<Integer> gpuInstance() {
        return number(NvmlFunction.GPU_INSTANCE);
    }

    /** Asks everything once. */
    public NvmlGpu describe() {
        Answer<Boolean> mig = migMode();
        return new NvmlGpu(
                index,
                uuid(),
                name(),
                pci(),
                memory(),
                powerMilliwatts(),
                powerLimitMilliwatts(),
                energyMillijoules(),
                utilisation(),
                temperature(),
                eccMode(),
                eccErrors(),
                remappedRows(),
                throttling(),
                processes(),
                mig,
                mig.known().orElse(false)
                        ? migInstances().stream().map(NvmlDevice::describeInstance).toList()
                        : List.of());
    }

    private MigInstance describeInstance() {
        return new MigInstance(
                uuid(), name(), gpuInstance(), number(NvmlFunction.COMPUTE_INSTANCE), memory());
    }

    private Answer<Long> eccErrors(int kind) {
        return ask(
                Long.BYTES,
                count -> calls.call(NvmlFunction.ECC_ERRORS, handle, kind, VOLATILE, count),
                count -> count(count.get(JAVA_LONG, 0), "errors"));
    }

    private Answer<Boolean> mode(NvmlFunction function) {
        return ask(
                2 * Integer.BYTES,
                modes -> calls.call(function, handle, modes, modes.asSlice(4)),
                modes -> new Answer.Value<>(modes.getAtIndex(JAVA_INT, 0) == 1));
    }

    private Answer<Integer> number(NvmlFunction function) {
        return ask(
                Integer.BYTES,
                value -> calls.call(function, handle, value),
                value -> new Answer.Value<>(value.get(JAVA_INT, 0)));
    }

    private Answer<String> text(NvmlFunction function, int bytes) {
        return ask(
                bytes,
                buffer -> calls.call(function, handle, buffer, bytes),
                buffer -> new Answer.Value<>(NvmlCalls.text(buffer)));
    }

    private static Answer<Long> count(long value, String of) {
        return value < 0
                ? new Answer.Implausible<>(Long.toUnsignedString(value) + " " + of)
                : new Answer.Value<>(value);
    }

    /** Calls with a zeroed buffer of this size and reads it when the call succeeded. */
    private static <T> Answer<T> ask(
            int bytes,
            Function<MemorySegment, NvmlStatus> call,
            Function<MemorySegment, Answer<T>> read) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment buffer = scratch.allocate(bytes, Long.BYTES);
            NvmlStatus status = call.apply(buffer);
            return status.isSuccess() ? read.apply(buffer) : Answer.without(status);
        }
    }
}
