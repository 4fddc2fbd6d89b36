package dev.assay.cli.network;

import dev.assay.runtime.inventory.GpuReport;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Looks at a machine's GPUs. The first is begun early, so that it is done when somebody asks; each
 * later one is taken when it is asked for. Thread-safe.
 */
public final class GpuLooks implements Supplier<List<GpuReport>> {
    private final Supplier<List<GpuReport>> look;
    private final AtomicReference<Optional<CompletableFuture<List<GpuReport>>>> begun;

    private GpuLooks(Supplier<List<GpuReport>> look, CompletableFuture<List<GpuReport>> begun) {
        this.look = look;
        this.begun = new AtomicReference<>(Optional.of(begun));
    }

    /** Begins the first look, on another thread. */
    public static GpuLooks begin(Supplier<List<GpuReport>> look) {
        return new GpuLooks(look, CompletableFuture.supplyAsync(look));
    }

    @Override
    public List<GpuReport> get() {
        return begun.getAndSet(Optional.empty()).map(CompletableFuture::join).orElseGet(look);
    }
}
