package dev.assay.verification.http;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.jspecify.annotations.Nullable;

import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The JDK's HTTP client with a limit of time and of bytes for every whole exchange. */
final class BoundedClient implements AutoCloseable {
    private static final int MAX_PORT = 65_535;

    /** What came back. The body is its receiver's. */
    static final class Reply {
        private final int status;
        private final byte[] body;

        Reply(int status, byte[] body) {
            this.status = status;
            this.body = body;
        }

        int status() {
            return status;
        }

        byte[] body() {
            return body;
        }
    }

    private final HttpClient client;
    private final Duration limit;

    BoundedClient(Duration limit) {
        this.limit = limit;
        this.client =
                HttpClient.newBuilder()
                        .connectTimeout(limit)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
    }

    /** The URL's text, when it is one of http or https without query and fragment. */
    static String requireHttp(URI url) throws VerificationException {
        boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!http || url.getHost() == null || url.getQuery() != null || url.getFragment() != null) {
            throw new VerificationException(
                    Code.IO, "'" + url + "' is no http or https URL of the form http://HOST/PATH");
        }
        if (url.getPort() > MAX_PORT) {
            throw new VerificationException(
                    Code.IO, "'" + url + "': its port is not from 1 to " + MAX_PORT);
        }
        return url.toString();
    }

    Reply get(URI url, int maxBytes) throws VerificationException {
        return send(HttpRequest.newBuilder(url).GET(), maxBytes);
    }

    Reply post(URI url, byte[] body, int maxBytes) throws VerificationException {
        return send(
                HttpRequest.newBuilder(url).POST(HttpRequest.BodyPublishers.ofByteArray(body)),
                maxBytes);
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }

    private Reply send(HttpRequest.Builder request, int maxBytes) throws VerificationException {
        HttpRequest bounded = request.timeout(limit).build();
        CompletableFuture<HttpResponse<byte[]>> exchange =
                client.sendAsync(
                        bounded, BodyHandlers.limiting(BodyHandlers.ofByteArray(), maxBytes));
        try {
            HttpResponse<byte[]> response = exchange.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return new Reply(response.statusCode(), response.body());
        } catch (TimeoutException e) {
            throw failed(bounded, "no whole answer within " + limit.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw failed(bounded, reason(e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(bounded, "interrupted", e);
        } finally {
            exchange.cancel(true);
        }
    }

    /** The client gives no message of its own when there is nobody to talk to. */
    private static String reason(@Nullable Throwable cause) {
        return switch (cause) {
            case ConnectException e when e.getCause() instanceof UnresolvedAddressException ->
                    "there is no such host";
            case ConnectException e when e.getCause() instanceof ClosedChannelException ->
                    "nobody listens there";
            case null, default -> String.valueOf(cause);
        };
    }

    private static VerificationException failed(HttpRequest request, String why, Exception cause) {
        return new VerificationException(
                Code.IO, request.method() + " " + request.uri() + " failed: " + why, cause);
    }
}
