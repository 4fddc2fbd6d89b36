package dev.assay.verification.http;

import com.sun.net.httpserver.HttpExchange;

import dev.assay.verification.VerificationException;
import dev.assay.verification.log.LogFiles;
import dev.assay.verification.log.LogReader;
import dev.assay.verification.log.LogResource;
import dev.assay.verification.log.SignedNote;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Serves a log's files (C2SP tlog-tiles). A path is a checkpoint's, a tile's or a bundle's in its
 * one spelling, or there is nothing there; and nothing is served that the checkpoint does not cover
 * yet, since what is covered may be cached for ever.
 */
final class LogResponder implements HttpHost.Responder {
    private static final String FOR_EVER = "public, max-age=31536000, immutable";
    private static final String CHECKPOINT = "checkpoint";

    private final LogFiles files;

    private LogResponder(LogFiles files) {
        this.files = files;
    }

    static LogResponder of(Path directory) throws VerificationException {
        return new LogResponder(LogReader.in(directory));
    }

    @Override
    public Response respond(HttpExchange request) {
        if (!request.getRequestMethod().equals("GET")) {
            return Response.text(405, "only GET").with("Allow", "GET");
        }
        String path = request.getRequestURI().getRawPath();
        Optional<LogResource> resource =
                path.startsWith("/") ? LogResource.at(path.substring(1)) : Optional.empty();
        if (resource.isEmpty()) {
            return notFound();
        }
        try {
            return respond(resource.get());
        } catch (VerificationException e) {
            return Response.failed("the log cannot be read", e);
        }
    }

    private Response respond(LogResource resource) throws VerificationException {
        Optional<byte[]> note = files.read(CHECKPOINT, SignedNote.MAX_BYTES);
        if (note.isEmpty()) {
            return notFound();
        }
        if (resource.isCheckpoint()) {
            return Response.of(200, "text/plain; charset=utf-8", note.get())
                    .with("Cache-Control", "no-cache");
        }
        Optional<byte[]> bytes =
                resource.isIn(SignedNote.parse(note.get()).checkpoint().size())
                        ? files.read(resource.path(), resource.maxBytes())
                        : Optional.empty();
        return bytes.map(
                        found ->
                                Response.of(200, "application/octet-stream", found)
                                        .with("Cache-Control", FOR_EVER))
                .orElseGet(LogResponder::notFound);
    }

    private static Response notFound() {
        return Response.text(404, "not found").with("Cache-Control", "no-store");
    }
}
