package dev.assay.runtime.runner;

import dev.assay.fuzz.Target;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.OutputStream;
import java.util.List;

/** What a runner says, which runs native code on strangers' models. */
public final class RunnerTargets {
    private RunnerTargets() {}

    public static List<Target<?>> all() {
        return List.of(
                new Target<>(
                        "frame",
                        List.of(WireException.class, EOFException.class),
                        RunnerTargets::message,
                        (message, _) -> MessageCodec.frame(message, Wire.MOST_FRAME_BYTES),
                        new Target.Bound(10, 10 << 20),
                        List::of));
    }

    private static Message message(byte[] input) throws java.io.IOException {
        return new Wire(
                        new ByteArrayInputStream(input),
                        OutputStream.nullOutputStream(),
                        Wire.MOST_FRAME_BYTES)
                .receive();
    }
}
