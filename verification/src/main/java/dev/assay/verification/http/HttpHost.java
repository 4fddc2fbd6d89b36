package dev.assay.verification.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.witness.Witness;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP server with one purpose: a log's files, or a witness. Each request has a virtual thread;
 * how long a request may take to come in, and how many connections there may be, is bounded for the
 * whole process. The owner closes it: requests under way may end, within a limit.
 */
public final class HttpHost implements AutoCloseable {
    private static final int GRACE_SECONDS = 2;
    private static final int BACKLOG = 128;

    /** What a server does with a request. */
    interface Responder {
        Response respond(HttpExchange request) throws IOException;
    }

    /** Is told of requests that failed by the server's own fault, on any thread. */
    public interface Failures {
        /**
         * One request failed; whoever sent it was told no more than that.
         *
         * @param request method and path, as they came: a stranger's words
         */
        void failed(String request, Exception why);
    }

    private final HttpServer server;
    private final ExecutorService threads;

    private HttpHost(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Serves the log in this directory, which another process may write to, as static files.
     *
     * @param address port 0 takes a free one
     */
    public static HttpHost ofLog(Path directory, InetSocketAddress address, Failures failures)
            throws VerificationException {
        return start(address, LogResponder.of(directory), failures);
    }

    /** Serves a witness: {@code POST /add-checkpoint}. */
    public static HttpHost ofWitness(Witness witness, InetSocketAddress address, Failures failures)
            throws VerificationException {
        return start(address, new WitnessResponder(witness), failures);
    }

    private static HttpHost start(InetSocketAddress address, Responder responder, Failures failures)
            throws VerificationException {
        // Read by the server's class once, when it is loaded.
        System.setProperty("sun.net.httpserver.maxReqTime", "20");
        System.setProperty("sun.net.httpserver.maxRspTime", "60");
        System.setProperty("jdk.httpserver.maxConnections", "1000");
        try {
            HttpServer server = HttpServer.create(address, BACKLOG);
            ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
            server.setExecutor(threads);
            server.createContext("/", exchange -> handle(exchange, responder, failures));
            server.start();
            return new HttpHost(server, threads);
        } catch (IOException e) {
            throw new VerificationException(
                    Code.IO,
                    "cannot listen on " + address + ": " + e.getMessage() + "; name another port",
                    e);
        }
    }

    /** The address that it listens on. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(GRACE_SECONDS);
        threads.close();
    }

    private static void handle(HttpExchange exchange, Responder responder, Failures failures)
            throws IOException {
        try (exchange) {
            Response response;
            try {
                response = responder.respond(exchange);
            } catch (RuntimeException e) {
                response = Response.failed("internal error", e);
            }
            String request =
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath();
            response.failure().ifPresent(why -> failures.failed(request, why));
            response.headers().forEach(exchange.getResponseHeaders()::set);
            byte[] body = response.body();
            exchange.sendResponseHeaders(response.status(), body.length == 0 ? -1 : body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }
}
