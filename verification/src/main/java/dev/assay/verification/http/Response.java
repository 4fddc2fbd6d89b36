package dev.assay.verification.http;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A whole answer to a request. The body is not copied: whoever makes one gives it away. */
final class Response {
    private static final String CONTENT_TYPE = "Content-Type";

    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;
    private final Optional<Exception> failure;

    private Response(
            int status, Map<String, String> headers, byte[] body, Optional<Exception> failure) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.failure = failure;
    }

    static Response of(int status, String contentType, byte[] body) {
        return new Response(
                status,
                Map.of(CONTENT_TYPE, contentType, "X-Content-Type-Options", "nosniff"),
                body,
                Optional.empty());
    }

    static Response text(int status, String line) {
        return of(
                status,
                "text/plain; charset=utf-8",
                (line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** The server's own failure; why is for its operator, and not in the answer. */
    static Response failed(String line, Exception why) {
        Response told = text(500, line);
        return new Response(told.status, told.headers, told.body, Optional.of(why));
    }

    Response with(String header, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(header, value);
        return new Response(status, more, body, failure);
    }

    int status() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }

    byte[] body() {
        return body;
    }

    /** Why the server failed, when it did. */
    Optional<Exception> failure() {
        return failure;
    }
}
