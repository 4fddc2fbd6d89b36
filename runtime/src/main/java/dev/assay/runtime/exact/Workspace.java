package dev.assay.runtime.exact;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the kernels of one loaded model work with: the engine's threads, and scratch memory that is
 * kept from run to run. Used by one run at a time.
 */
final class Workspace {
    /** What a scratch array holds; its contents last until the next request for the same. */
    enum Use {
        ROWS,
        SUMS,
        PADDED,
        SPREAD,
        LEFT,
        RIGHT
    }

    /** Work worth one more thread: some thirty microseconds. */
    private static final long WORTH = 1 << 21;

    private final Workers workers;
    private final List<Map<Use, float[]>> scratch;
    private final int[][] indices;
    private final MemorySegment[] panels;

    Workspace(Workers workers) {
        this.workers = workers;
        this.scratch = Stream.generate(Workspace::none).limit(workers.threads()).toList();
        this.indices = new int[workers.threads()][0];
        this.panels = new MemorySegment[workers.threads()];
        Arrays.fill(panels, MemorySegment.NULL);
    }

    int threads() {
        return workers.threads();
    }

    /**
     * Does parts 0 to {@code parts − 1} on as many threads as {@code work} is worth.
     *
     * @param work the cost of all parts together, in multiply-adds of a matrix product
     */
    void forEach(int parts, long work, Workers.Part part) {
        workers.forEach(parts, Math.clamp(work / WORTH, 1, threads()), part);
    }

    /** Like {@link #forEach}, over ranges of {@code grain} elements or, the last, fewer. */
    void forRanges(int total, int grain, long work, Range range) {
        forEach(
                Math.ceilDiv(total, grain),
                work,
                (index, worker) -> {
                    int begin = index * grain;
                    range.run(begin, Math.min(total - begin, grain) + begin, worker);
                });
    }

    /** Scratch of a worker, of at least {@code size} elements with any contents. */
    float[] floats(int worker, Use use, int size) {
        Map<Use, float[]> arrays = scratch.get(worker);
        float[] array = arrays.get(use);
        if (array == null || array.length < size) {
            array = new float[size];
            arrays.put(use, array);
        }
        return array;
    }

    private static Map<Use, float[]> none() {
        return new EnumMap<>(Use.class);
    }

    /** Scratch of a worker, of at least {@code size} elements with any contents. */
    int[] ints(int worker, int size) {
        if (indices[worker].length < size) {
            indices[worker] = new int[size];
        }
        return indices[worker];
    }

    /** Scratch of a worker for panels of columns, of at least {@code elements}, any contents. */
    MemorySegment panels(int worker, long elements) {
        MemorySegment segment = panels[worker];
        if (segment.byteSize() < elements * Float.BYTES) {
            segment = Panels.allocate(elements);
            panels[worker] = segment;
        }
        return segment;
    }

    /** Drops all scratch memory. */
    void clear() {
        scratch.forEach(Map::clear);
        Arrays.fill(panels, MemorySegment.NULL);
    }

    /** Work on the elements from {@code begin} to before {@code end}. */
    @FunctionalInterface
    interface Range {
        void run(int begin, int end, int worker);
    }
}
