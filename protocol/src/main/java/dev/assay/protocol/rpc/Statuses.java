package dev.assay.protocol.rpc;

import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * Failures of the market as gRPC statuses and back. The code travels in the trailer {@code
 * assay-code}, the message as the status text; a status without the trailer comes from gRPC itself.
 */
final class Statuses {
    private static final Metadata.Key<String> CODE =
            Metadata.Key.of("assay-code", Metadata.ASCII_STRING_MARSHALLER);

    /** Trailers share 8 KiB of headers; the text is percent-encoded there. */
    private static final int MAX_TEXT = 2_000;

    private Statuses() {}

    static StatusException write(MarketException failure) {
        Metadata trailers = new Metadata();
        trailers.put(CODE, failure.code().name());
        return status(failure.code())
                .withDescription(clip(String.valueOf(failure.getMessage())))
                .withCause(failure)
                .asException(trailers);
    }

    /** What {@code read} yields; a message with a field that will not do is refused. */
    static <T> T received(Supplier<T> read) throws MarketException {
        try {
            return read.get();
        } catch (IllegalArgumentException e) {
            throw new MarketException(Code.REFUSED, "malformed message: " + e.getMessage(), e);
        }
    }

    static MarketException read(Throwable failure) {
        Status status = Status.fromThrowable(failure);
        Code code =
                Optional.ofNullable(Status.trailersFromThrowable(failure))
                        .flatMap(trailers -> Optional.ofNullable(trailers.get(CODE)))
                        .flatMap(Statuses::named)
                        .orElseGet(() -> code(status));
        String text = Optional.ofNullable(status.getDescription()).orElse("no reason given");
        return new MarketException(code, text, failure);
    }

    private static Status status(Code code) {
        return switch (code) {
            case REFUSED -> Status.INVALID_ARGUMENT;
            case UNKNOWN -> Status.NOT_FOUND;
            case INSUFFICIENT_FUNDS, TOO_LATE -> Status.FAILED_PRECONDITION;
            case UNAVAILABLE -> Status.UNAVAILABLE;
        };
    }

    private static Code code(Status status) {
        return switch (status.getCode()) {
            case INVALID_ARGUMENT, RESOURCE_EXHAUSTED -> Code.REFUSED;
            case NOT_FOUND -> Code.UNKNOWN;
            default -> Code.UNAVAILABLE;
        };
    }

    private static Optional<Code> named(String name) {
        for (Code code : Code.values()) {
            if (code.name().equals(name)) {
                return Optional.of(code);
            }
        }
        return Optional.empty();
    }

    private static String clip(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT - 1) + "…";
    }
}
