package dev.assay.runtime.metering;

import dev.assay.protocol.usage.Usage;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.host.ProcessProbe;

import java.util.List;
import java.util.function.Consumer;

/**
 * What is to be metered as one.
 *
 * @param base what an earlier process metered of the same lease, which the meter goes on from
 * @param processes what the work runs in
 * @param gpus those it holds
 * @param events is told what is noticed, on the thread that reads: it returns at once
 */
public record Metered(
        Usage base, ProcessProbe processes, List<GpuId> gpus, Consumer<MeterEvent> events) {
    public Metered {
        gpus = List.copyOf(gpus);
    }
}
