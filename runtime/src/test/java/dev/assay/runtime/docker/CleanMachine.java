package dev.assay.runtime.docker;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** A machine with a Docker Engine, on which no test may leave anything; skipped without one. */
abstract class CleanMachine {
    @TempDir Path folder;
    Machine machine;

    @BeforeEach
    void open() throws Exception {
        machine = Machine.here(folder);
    }

    @AfterEach
    void close() throws Exception {
        if (machine != null) {
            machine.assertNothingLeft();
            machine.close();
        }
    }
}
