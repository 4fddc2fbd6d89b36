package dev.assay.fuzz;

import java.util.List;

/**
 * One parser of bytes from outside, and what must hold of it whatever the bytes are: it gives a
 * value or its own refusal, and takes no more memory than its bound.
 *
 * @param name names the corpus too
 * @param refusals what the parser may throw; whatever else comes out of it is a bug
 * @param check of a value that was parsed
 * @param variants what is parsed of the fuzzer's bytes: these, and forms of them that a checksum or
 *     a canonical form would otherwise keep from the parser
 */
public record Target<T>(
        String name,
        List<Class<? extends Exception>> refusals,
        Parser<T> parser,
        Check<T> check,
        Bound bound,
        Variants variants) {

    /** Reads bytes. */
    @FunctionalInterface
    public interface Parser<T> {
        T parse(byte[] input) throws Exception;
    }

    /** Throws an AssertionError when a value is not what its bytes say. */
    @FunctionalInterface
    public interface Check<T> {
        void check(T value, byte[] input) throws Exception;
    }

    /** What is parsed of the fuzzer's bytes. */
    @FunctionalInterface
    public interface Variants {
        List<byte[]> of(byte[] input);
    }

    /**
     * The most bytes that parsing may allocate on the heap, all objects together, those included
     * that are garbage at once.
     *
     * @param factor for every byte of input
     * @param constant whatever the input
     */
    public record Bound(int factor, int constant) {
        /** What parsers are held to: ten times the input, and what refusing an empty one takes. */
        public static final Bound USUAL = new Bound(10, 32 << 10);

        long bytes(int input) {
            return constant + (long) factor * input;
        }
    }

    /** A parser that refuses with this exception, within {@link Bound#USUAL}. */
    public static <T> Target<T> of(
            String name, Class<? extends Exception> refusal, Parser<T> parser) {
        return new Target<>(name, List.of(refusal), parser, (_, _) -> {}, Bound.USUAL, List::of);
    }

    /** The same, whose values are checked. */
    public Target<T> checked(Check<T> values) {
        return new Target<>(name, refusals, parser, values, bound, variants);
    }

    /** The same, whose accepted bytes are those that this writes of the value. */
    public Target<T> canonical(Writer<T> writer) {
        return checked(
                (value, input) -> {
                    if (!java.util.Arrays.equals(writer.bytes(value), input)) {
                        throw new AssertionError(
                                name + ": accepts bytes that it would write otherwise");
                    }
                });
    }

    /** Writes a value. */
    @FunctionalInterface
    public interface Writer<T> {
        byte[] bytes(T value) throws Exception;
    }

    /** The same with another bound. */
    public Target<T> within(int factor, int constant) {
        return new Target<>(name, refusals, parser, check, new Bound(factor, constant), variants);
    }

    /** The same, which gets these forms of the fuzzer's bytes as well. */
    public Target<T> also(Variants more) {
        return new Target<>(
                name,
                refusals,
                parser,
                check,
                bound,
                input ->
                        java.util.stream.Stream.concat(
                                        java.util.stream.Stream.of(input), more.of(input).stream())
                                .toList());
    }
}
