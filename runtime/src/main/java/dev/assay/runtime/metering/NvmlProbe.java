package dev.assay.runtime.metering;

import dev.assay.runtime.nvml.Answer;
import dev.assay.runtime.nvml.NvmlDevice;
import dev.assay.runtime.nvml.NvmlException;
import dev.assay.runtime.nvml.NvmlLibrary;
import dev.assay.runtime.nvml.Utilisation;
import dev.assay.runtime.nvml.XidEvent;
import dev.assay.runtime.nvml.XidWatch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One GPU by NVML, or one MIG instance of it. Of an instance NVML knows the memory; energy, power
 * and utilisation it knows for the whole GPU only, and they are nobody's alone. Throttling and
 * memory errors are the whole GPU's; so are Xids, unless the driver names the instance.
 */
final class NvmlProbe implements GpuProbe {
    private static final int MOST_XIDS = 100;

    private final NvmlDevice whole;
    private final Optional<NvmlDevice> instance;
    private final OptionalInt instanceId;
    private final OptionalLong powerLimit;
    private final Optional<XidWatch> watch;
    private final Runnable release;

    private NvmlProbe(NvmlGpus.Found found, Optional<XidWatch> watch, Runnable release) {
        this.whole = found.whole();
        this.instance = found.instance();
        this.instanceId =
                instance.flatMap(one -> one.gpuInstance().known())
                        .map(OptionalInt::of)
                        .orElse(OptionalInt.empty());
        this.powerLimit =
                instance.isPresent()
                        ? OptionalLong.empty()
                        : whole.powerLimitMilliwatts()
                                .known()
                                .filter(limit -> limit > 0)
                                .map(OptionalLong::of)
                                .orElse(OptionalLong.empty());
        this.watch = watch;
        this.release = release;
    }

    /**
     * Begins to read a GPU and to watch it for Xids, where the driver offers that.
     *
     * @param release is run once when the probe is closed
     */
    static NvmlProbe begin(NvmlLibrary nvml, NvmlGpus.Found found, Runnable release) {
        return new NvmlProbe(found, watch(nvml, found.whole()), release);
    }

    private static Optional<XidWatch> watch(NvmlLibrary nvml, NvmlDevice device) {
        try {
            return Optional.of(nvml.watch(List.of(device)));
        } catch (NvmlException e) {
            return Optional.empty(); // this device or driver has no events
        }
    }

    @Override
    public GpuReading read() {
        if (instance.isPresent()) {
            return reading(
                    new Answer.Unsupported<>(),
                    new Answer.Unsupported<>(),
                    new Answer.Unsupported<>(),
                    instance.get());
        }
        Answer<Long> energy = whole.energyMillijoules();
        return reading(
                energy,
                energy instanceof Answer.Unsupported<Long>
                        ? whole.powerMilliwatts()
                        : new Answer.Unsupported<>(),
                whole.utilisation(),
                whole);
    }

    private GpuReading reading(
            Answer<Long> energy,
            Answer<Long> power,
            Answer<Utilisation> utilisation,
            NvmlDevice memory) {
        return new GpuReading(
                energy,
                power,
                utilisation,
                memory.memory(),
                whole.throttling(),
                whole.eccErrors(),
                whole.remappedRows(),
                xids());
    }

    private List<Long> xids() {
        List<Long> xids = new ArrayList<>();
        try {
            while (watch.isPresent() && xids.size() < MOST_XIDS) {
                Optional<XidEvent> event = watch.get().next(Duration.ZERO);
                if (event.isEmpty()) {
                    return xids;
                }
                if (concerns(event.get())) {
                    xids.add(event.get().xid());
                }
            }
        } catch (NvmlException e) {
            return xids; // a GPU that is gone says so in its answers
        }
        return xids;
    }

    /** An error of another instance is not this one's. */
    private boolean concerns(XidEvent event) {
        return instanceId.isEmpty()
                || event.gpuInstance().isEmpty()
                || event.gpuInstance().equals(instanceId);
    }

    @Override
    public OptionalLong powerLimitMilliwatts() {
        return powerLimit;
    }

    @Override
    public boolean tellsErrors() {
        return watch.isPresent();
    }

    @Override
    public void close() {
        try {
            watch.ifPresent(XidWatch::close);
        } finally {
            release.run();
        }
    }
}
