package dev.assay.cli.command;

import dev.assay.models.engine.EngineException;
import dev.assay.runtime.runner.ReplayEngine;
import dev.assay.runtime.runner.RunnerEngine;
import dev.assay.runtime.runner.RunnerSettings;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Starts runners that leave nothing behind: their cache is a temporary folder, made for the first
 * of them and removed when this is closed. Not thread-safe.
 */
final class TemporaryRunners implements ReplayEngine.Runners, AutoCloseable {
    private final int threads;
    private @Nullable Path cache;

    TemporaryRunners(int threads) {
        this.threads = threads;
    }

    @Override
    public RunnerEngine start() throws EngineException {
        try {
            if (cache == null) {
                cache = Files.createTempDirectory("assay-");
            }
            return RunnerEngine.start(RunnerSettings.of("audit", cache, threads));
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Code.UNAVAILABLE,
                    "there is no temporary folder to run PyTorch from: " + e,
                    e);
        }
    }

    @Override
    public void close() throws IOException {
        if (cache == null) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(cache)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path file : deepestFirst) {
            Files.delete(file);
        }
    }
}
