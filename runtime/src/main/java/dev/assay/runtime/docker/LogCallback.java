package dev.assay.runtime.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;

import dev.assay.runtime.container.ContainerEngine.LogSubscription;
import dev.assay.runtime.container.LogEntry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Entries out of the pieces of frames that the client hands over, on its thread. */
final class LogCallback extends ResultCallback.Adapter<Frame> implements LogSubscription {
    private final Map<LogEntry.Stream, LogParser> parsers = new EnumMap<>(LogEntry.Stream.class);

    LogCallback(Instant from, Consumer<LogEntry> sink) {
        for (LogEntry.Stream stream : LogEntry.Stream.values()) {
            parsers.put(
                    stream,
                    new LogParser(
                            stream,
                            entry -> {
                                if (!entry.time().isBefore(from)) {
                                    sink.accept(entry);
                                }
                            }));
        }
    }

    @Override
    public void onNext(Frame frame) {
        LogEntry.Stream stream =
                frame.getStreamType() == StreamType.STDERR
                        ? LogEntry.Stream.ERR
                        : LogEntry.Stream.OUT;
        LogParser parser = parsers.get(stream);
        if (parser != null) {
            parser.take(frame.getPayload());
        }
    }

    @Override
    public void onComplete() {
        parsers.values().forEach(LogParser::end);
        super.onComplete();
    }

    @Override
    public boolean await(Duration limit) throws InterruptedException {
        try {
            return awaitCompletion(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RuntimeException e) { // the stream broke: there is no more of it
            return false;
        }
    }

    @Override
    public void close() {
        try {
            super.close();
        } catch (IOException e) {
            throw new UncheckedIOException("a log stream does not close", e);
        }
    }
}
