package dev.assay.runtime.metering;

import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.metering.GpuUnreadableException.Code;
import dev.assay.runtime.nvml.Answer;
import dev.assay.runtime.nvml.EccErrors;
import dev.assay.runtime.nvml.MemoryUse;
import dev.assay.runtime.nvml.NvmlStatus;
import dev.assay.runtime.nvml.RemappedRows;
import dev.assay.runtime.nvml.ThrottleReason;
import dev.assay.runtime.nvml.Utilisation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** A GPU that says what a test lets it say. */
final class FakeGpu implements GpuProbe {
    static final GpuId ID = new GpuId("GPU-00000000-1111-2222-3333-444444444444");
    static final long LIMIT = 700_000;
    private static final long MEMORY = 1L << 40;

    Answer<Long> energy = new Answer.Value<>(1_000_000L);
    Answer<Long> power = new Answer.Unsupported<>();
    Answer<Utilisation> utilisation = new Answer.Value<>(new Utilisation(0, 0));
    Answer<MemoryUse> memory = used(0);
    Answer<Set<ThrottleReason>> throttling = new Answer.Value<>(Set.of());
    Answer<EccErrors> errors = new Answer.Value<>(new EccErrors(0, 0));
    Answer<RemappedRows> rows = new Answer.Value<>(new RemappedRows(0, 0, false, false));
    boolean tellsErrors = true;
    final List<Long> xids = new ArrayList<>();
    int closings;

    static Answer<MemoryUse> used(long bytes) {
        return new Answer.Value<>(new MemoryUse(MEMORY, MEMORY - bytes, bytes));
    }

    void energy(long millijoules) {
        energy = new Answer.Value<>(millijoules);
    }

    void busy(int percent) {
        utilisation = new Answer.Value<>(new Utilisation(percent, 0));
    }

    /** Every answer is that it is gone. */
    void lose() {
        NvmlStatus gone = NvmlStatus.GPU_IS_LOST;
        energy = new Answer.Refused<>(gone);
        utilisation = new Answer.Refused<>(gone);
        memory = new Answer.Refused<>(gone);
        throttling = new Answer.Refused<>(gone);
        errors = new Answer.Refused<>(gone);
        rows = new Answer.Refused<>(gone);
    }

    @Override
    public GpuReading read() {
        List<Long> now = List.copyOf(xids);
        xids.clear();
        return new GpuReading(energy, power, utilisation, memory, throttling, errors, rows, now);
    }

    @Override
    public OptionalLong powerLimitMilliwatts() {
        return OptionalLong.of(LIMIT);
    }

    @Override
    public boolean tellsErrors() {
        return tellsErrors;
    }

    @Override
    public void close() {
        closings++;
    }

    /** A machine with these GPUs and no others. */
    static GpuSource machine(Map<GpuId, FakeGpu> gpus) {
        return gpu -> {
            FakeGpu found = gpus.get(gpu);
            if (found == null) {
                throw new GpuUnreadableException(Code.NO_SUCH_GPU, "not in this test");
            }
            return found;
        };
    }

    /** A machine that cannot read GPUs. */
    static GpuProbe none(GpuId gpu) throws GpuUnreadableException {
        throw new GpuUnreadableException(Code.NO_SOURCE, "no library in this test for " + gpu);
    }
}
