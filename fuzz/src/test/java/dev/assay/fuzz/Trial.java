package dev.assay.fuzz;

import com.sun.management.ThreadMXBean;

import java.lang.management.ManagementFactory;
import java.util.Optional;

/**
 * What came of one parse.
 *
 * @param accepted whether the parser gave a value
 * @param bytes the input's length
 * @param allocated bytes of heap that the parse took
 */
record Trial(boolean accepted, int bytes, long allocated) {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Classes are loaded and call sites linked once, which is no cost of the input. */
    private static final int WARM_PARSES = 3;

    /**
     * Parses an input and checks what came of it. Allocation beyond {@code most} is counted again
     * when the classes are there.
     *
     * @throws AssertionError naming what does not hold
     */
    static <T> Trial of(Target<T> target, byte[] input, long most) {
        Trial trial = once(target, input);
        for (int i = 0; i < WARM_PARSES && trial.allocated > most; i++) {
            Trial again = once(target, input);
            trial = again.allocated < trial.allocated ? again : trial;
        }
        if (trial.allocated > most) {
            throw new AssertionError(
                    target.name()
                            + ": "
                            + trial.allocated
                            + " bytes allocated for an input of "
                            + input.length
                            + ", more than "
                            + most);
        }
        return trial;
    }

    private static <T> Trial once(Target<T> target, byte[] input) {
        byte[] given = input.clone();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        Optional<T> value;
        long after;
        try {
            T parsed = target.parser().parse(given);
            after = THREADS.getCurrentThreadAllocatedBytes();
            value = Optional.of(parsed);
        } catch (Exception e) {
            after = THREADS.getCurrentThreadAllocatedBytes();
            if (target.refusals().stream().noneMatch(refusal -> refusal.isInstance(e))) {
                throw new AssertionError(target.name() + ": threw " + e, e);
            }
            value = Optional.empty();
        }
        value.ifPresent(parsed -> check(target, parsed, input));
        return new Trial(value.isPresent(), input.length, after - before);
    }

    private static <T> void check(Target<T> target, T value, byte[] input) {
        try {
            target.check().check(value, input);
        } catch (Exception e) {
            throw new AssertionError(target.name() + ": its value cannot be written: " + e, e);
        }
    }
}
