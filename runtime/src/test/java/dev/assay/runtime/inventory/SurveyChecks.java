package dev.assay.runtime.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;

/** Checks over the fake libraries, in a JVM of their own, and the survey that they look at. */
abstract class SurveyChecks {
    private final Path root;

    SurveyChecks(Path root) {
        this.root = root;
    }

    /** Runs the check of a name, a method of the class. */
    final void check(String name) throws Exception {
        getClass().getDeclaredMethod(name).invoke(this);
        System.out.println("checked " + name);
    }

    GpuInventory take() {
        return Survey.under(root, () -> KernelTree.readLog(root), System.getenv()).take();
    }

    static List<FindingCode> codes(GpuInventory inventory) {
        return inventory.findings().stream().map(Finding::code).toList();
    }

    static GpuReport only(GpuInventory inventory) {
        assertThat(inventory.gpus()).hasSize(1);
        return inventory.gpus().getFirst();
    }
}
