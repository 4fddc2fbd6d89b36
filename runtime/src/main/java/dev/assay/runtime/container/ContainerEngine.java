package dev.assay.runtime.container;

/**
 * The program that runs containers on this machine. Implementations are thread-safe; closing one
 * closes the connection and leaves the containers alone.
 */
public interface ContainerEngine extends AutoCloseable {
    /** Asks the engine what it is. */
    EngineFacts facts() throws ContainerException;

    @Override
    void close();
}
