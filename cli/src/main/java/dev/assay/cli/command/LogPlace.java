package dev.assay.cli.command;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.http.HttpLogFiles;
import dev.assay.verification.log.LogFiles;
import dev.assay.verification.log.LogReader;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;

/** The files of a log at the directory or URL that a command was told. The owner closes it. */
final class LogPlace implements AutoCloseable {
    private static final Duration FILE_LIMIT = Duration.ofSeconds(30);

    private final LogFiles files;
    private final Runnable end;

    private LogPlace(LogFiles files, Runnable end) {
        this.files = files;
        this.end = end;
    }

    /** Whether this is a URL, and no file or directory that is called like one. */
    static boolean isUrl(String place) {
        return place.contains("://") && !exists(place);
    }

    /** Opens a directory, or an http or https URL. */
    static LogPlace open(String place) throws VerificationException {
        if (isUrl(place)) {
            HttpLogFiles files = HttpLogFiles.at(url(place), FILE_LIMIT);
            return new LogPlace(files, files::close);
        }
        return new LogPlace(LogReader.in(path(place)), () -> {});
    }

    LogFiles files() {
        return files;
    }

    @Override
    public void close() {
        end.run();
    }

    static Path path(String place) throws VerificationException {
        try {
            return Path.of(place);
        } catch (InvalidPathException e) {
            throw new VerificationException(
                    Code.IO, "'" + place + "' is no path: " + e.getReason(), e);
        }
    }

    private static boolean exists(String place) {
        try {
            return Files.exists(Path.of(place));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static URI url(String place) throws VerificationException {
        try {
            return new URI(place);
        } catch (URISyntaxException e) {
            throw new VerificationException(
                    Code.IO,
                    "'"
                            + place
                            + "' is no URL ("
                            + e.getReason()
                            + "); write it as http://HOST:PORT/PATH",
                    e);
        }
    }
}
