package dev.assay.runtime.runner;

import dev.assay.models.engine.LoadedModel;
import dev.assay.models.pack.ModelPackage;
import dev.assay.runtime.TestPackages;

import java.nio.file.Path;
import java.util.List;

/**
 * An agent for tests to kill: a process with one runner that waits and one that works for longer
 * than any test. Prints the two process ids once the work has begun. Argument: a model package.
 */
final class RunnerAgent {
    private RunnerAgent() {}

    public static void main(String[] args) throws Exception {
        RunnerPool pool = new RunnerPool(RunnerSettings.of("test", Path.of("target", "djl"), 1), 1);
        RunnerEngine busy = pool.take(1, 0, List.of());
        LoadedModel model = busy.load(ModelPackage.open(Path.of(args[0])));
        pool.fill();
        long waiting =
                ProcessHandle.current()
                        .children()
                        .mapToLong(ProcessHandle::pid)
                        .filter(pid -> pid != busy.pid())
                        .findFirst()
                        .orElseThrow();
        Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            try {
                                Busy.await(busy.pid());
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                            System.out.println(busy.pid() + " " + waiting);
                        });
        model.run(TestPackages.random(1, 1024, 1024));
    }
}
