package dev.assay.runtime.container;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * A process that a tenant talks to in its running container, behind a terminal: what it writes, to
 * whatever stream, comes out of one. One thread may write while another reads.
 */
public interface Shell extends AutoCloseable {
    /** What the process reads; closing it ends its input. */
    OutputStream input();

    /** What the process writes; ends when the process does. */
    InputStream output();

    /** Tells the process how large the terminal is, in characters. */
    void resize(int columns, int rows) throws ContainerException;

    /** The exit code, once {@link #output} ended. */
    int exitCode() throws ContainerException;

    /** Hangs up: the process is ended, and its terminal with it. */
    @Override
    void close();
}
