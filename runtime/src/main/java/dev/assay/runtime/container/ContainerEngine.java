package dev.assay.runtime.container;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The program that runs containers on this machine. Implementations are thread-safe; closing one
 * closes the connection and leaves the containers alone. Every call fails with {@code
 * ENGINE_UNREACHABLE} when the engine does not answer.
 */
public interface ContainerEngine extends AutoCloseable {
    /** Asks the engine what it is. */
    EngineFacts facts() throws ContainerException;

    /** The image that the engine holds under an id or name. */
    Optional<EngineImage> image(String name) throws ContainerException;

    /**
     * Fetches an image from its registry, without credentials.
     *
     * @param maxBytes the most that is transferred
     * @param progress what happens meanwhile, on another thread
     */
    void pull(String reference, long maxBytes, Consumer<PullProgress> progress)
            throws ContainerException;

    /**
     * Takes the one image of an archive that {@code docker save} wrote, under no name but its id,
     * which is answered.
     *
     * @param maxBytes the most that its files may take unpacked
     */
    String load(Path archive, long maxBytes) throws ContainerException;

    /** Removes an image, under all its names, that no container uses; none is fine. */
    void removeImage(String id) throws ContainerException;

    /** Creates a container, hardened, and answers its id. */
    String create(ContainerRequest request) throws ContainerException;

    void start(String container) throws ContainerException;

    /** How the container is; nothing when there is none. */
    Optional<ContainerState> state(String container) throws ContainerException;

    /** Blocks until the container does not run. */
    void await(String container) throws ContainerException, InterruptedException;

    /**
     * Follows both streams of the log.
     *
     * @param from entries before this instant are left out
     * @param sink takes the entries, one at a time, on a thread of the subscription
     */
    LogSubscription follow(String container, Instant from, Consumer<LogEntry> sink)
            throws ContainerException;

    /** Sends a signal such as {@code TERM} to its first process; an ended one takes none. */
    void signal(String container, String signal) throws ContainerException;

    /** Removes the container with its anonymous volumes, running or not; none is fine too. */
    void remove(String container) throws ContainerException;

    /** The containers that carry all these labels, in any phase. */
    List<FoundContainer> list(Map<String, String> labels) throws ContainerException;

    /** The start of a regular file in the container, running or not. */
    Optional<byte[]> read(String container, String path, int maxBytes) throws ContainerException;

    /** Starts another process in a running container, with a terminal. */
    Shell shell(String container, List<String> command) throws ContainerException;

    @Override
    void close();

    /** A container as {@link #list} finds it. */
    record FoundContainer(String id, String name, Map<String, String> labels) {
        public FoundContainer {
            labels = Map.copyOf(labels);
        }
    }

    /**
     * A step in fetching an image.
     *
     * @param layer which piece, or nothing when it is about the whole
     * @param doneBytes of {@code totalBytes}; both 0 when there is nothing to count
     */
    record PullProgress(String layer, String status, long doneBytes, long totalBytes) {}

    /** The following of a log. */
    interface LogSubscription extends AutoCloseable {
        /** Waits for the log's end; says whether it came in time. */
        boolean await(Duration limit) throws InterruptedException;

        /** Stops following. */
        @Override
        void close();
    }
}
