package dev.assay.runtime.metering;

import java.util.OptionalLong;

/** Reads one GPU, or one MIG instance. Not thread-safe; closed by whoever opened it. */
interface GpuProbe extends AutoCloseable {
    /** Asks it now; one that is lost says so in its answers. */
    GpuReading read();

    /** The most that it may draw, in milliwatts, where that is known; of an instance it is not. */
    OptionalLong powerLimitMilliwatts();

    /** Whether the driver tells of its errors (Xids). */
    boolean tellsErrors();

    @Override
    void close();
}
