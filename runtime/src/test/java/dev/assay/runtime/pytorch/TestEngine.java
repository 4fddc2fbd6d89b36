package dev.assay.runtime.pytorch;

import dev.assay.models.engine.EngineException;

import java.nio.file.Path;

/** The engine as tests start it: one thread, unpacked under the build directory. */
final class TestEngine {
    private TestEngine() {}

    static PyTorchEngine start() throws EngineException {
        return PyTorchEngine.start(Path.of("target", "djl"), 1);
    }
}
