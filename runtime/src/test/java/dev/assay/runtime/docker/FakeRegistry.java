package dev.assay.runtime.docker;

import dev.assay.protocol.id.Digest;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A registry on this machine that serves images to anybody: the pull half of the OCI distribution
 * API. Engines take plain HTTP from loopback addresses.
 */
final class FakeRegistry implements AutoCloseable {
    private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

    private static final int TLS_HANDSHAKE = 22;
    private static final byte[] UNKNOWN =
            "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}"
                    .getBytes(StandardCharsets.UTF_8);

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();

    FakeRegistry() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    /** {@code 127.0.0.1:port/name}. */
    String name(String name) {
        return "127.0.0.1:" + server.getLocalPort() + "/" + name;
    }

    /** Serves an image under a tag; answers the manifest's digest. */
    Digest publish(String name, String tag, TestImage image) {
        String manifest =
                """
                {"schemaVersion":2,"mediaType":"%s",
                 "config":{"mediaType":"application/vnd.docker.container.image.v1+json",
                           "size":%d,"digest":"%s"},
                 "layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar",
                            "size":%d,"digest":"%s"}]}\
                """
                        .formatted(
                                MANIFEST,
                                image.config.length,
                                store(image.config),
                                image.layer.length,
                                store(image.layer));
        byte[] bytes = manifest.getBytes(StandardCharsets.UTF_8);
        Digest digest = Digest.sha256(bytes);
        manifests.put(name + "/manifests/" + tag, bytes);
        manifests.put(name + "/manifests/" + digest, bytes);
        return digest;
    }

    private Digest store(byte[] bytes) {
        Digest digest = Digest.sha256(bytes);
        blobs.put(digest.toString(), bytes);
        return digest;
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = server.accept();
                threads.execute(() -> serve(connection));
            }
        } catch (IOException e) {
            // closed
        }
    }

    /** One request a connection; an engine that tries TLS first is hung up on at once. */
    private void serve(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            in.mark(1);
            if (in.read() == TLS_HANDSHAKE) {
                return;
            }
            in.reset();
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
            String[] request = String.valueOf(lines.readLine()).split(" ");
            for (String line = lines.readLine(); line != null && !line.isEmpty(); ) {
                line = lines.readLine();
            }
            answer(connection.getOutputStream(), request[0], request[1].substring("/v2/".length()));
        } catch (IOException e) {
            // the engine hung up
        }
    }

    private void answer(OutputStream out, String method, String path) throws IOException {
        int blob = path.indexOf("/blobs/");
        byte[] body =
                path.isEmpty()
                        ? "{}".getBytes(StandardCharsets.UTF_8)
                        : blob < 0
                                ? manifests.get(path)
                                : blobs.get(path.substring(blob + "/blobs/".length()));
        String status = body == null ? "404 Not Found" : "200 OK";
        String type =
                body == null || path.isEmpty()
                        ? "application/json"
                        : blob < 0 ? MANIFEST : "application/octet-stream";
        byte[] content = body == null ? UNKNOWN : body;
        String head =
                "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nDocker-Content-Digest: %s\r\nConnection: close\r\n\r\n"
                        .formatted(status, type, content.length, Digest.sha256(content));
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        if (!method.equals("HEAD")) {
            out.write(content);
        }
        out.flush();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.close();
    }
}
