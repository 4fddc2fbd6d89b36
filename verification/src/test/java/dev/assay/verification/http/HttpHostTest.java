package dev.assay.verification.http;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.log.CheckpointStore;
import dev.assay.verification.log.LogReader;
import dev.assay.verification.log.TransparencyLog;
import dev.assay.verification.witness.AddCheckpoint;
import dev.assay.verification.witness.Witness;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** What comes over the wire, byte by byte. */
class HttpHostTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir Path directory;

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private LogSigningKey key;
    private TransparencyLog log;
    private HttpHost host;

    @BeforeEach
    void open() throws Exception {
        key = LogSigningKey.create("log.example", new SecureRandom());
        log = TransparencyLog.open(directory.resolve("log"), key);
        opened.push(log);
        host =
                HttpHost.ofLog(
                        directory.resolve("log"),
                        loopback(),
                        (request, why) -> failures.add(request + ": " + why.getMessage()));
        opened.push(host);
        Files.writeString(directory.resolve("secret"), "secret");
    }

    @AfterEach
    void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    @Test
    void get_fileOfTheLog_hasTheHeadersOfTheSpecification() throws Exception {
        log.append(leaves(300));

        assertThat(get("/checkpoint"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("Content-type: text/plain; charset=utf-8\r\n")
                .contains("Cache-control: no-cache\r\n")
                .contains("\r\n\r\nlog.example\n300\n");
        for (String tile : List.of("0/000", "0/001.p/44", "1/000.p/1", "entries/001.p/44")) {
            assertThat(get("/tile/" + tile))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("Content-type: application/octet-stream\r\n")
                    .contains("Cache-control: public, max-age=31536000, immutable\r\n");
        }
    }

    @Test
    void get_anyOtherPath_findsNothing() throws Exception {
        log.append(leaves(300));
        for (String path :
                List.of(
                        "/",
                        "/.lock",
                        "/.next/0",
                        "/../secret",
                        "/tile/../../secret",
                        "/%2e%2e/secret",
                        "/tile/0/..%2f..%2f..%2fsecret",
                        "//checkpoint",
                        "/checkpoint/",
                        "/tile/0",
                        "/tile/0/0",
                        "/tile/0/x000/000",
                        "/tile/00/000",
                        "/tile/0/000.p/256",
                        "/tile/0/001.p/044",
                        "/tile/0/001.p/43",
                        "/tile/0/001",
                        "/tile/entries/002")) {
            assertThat(get(path)).as(path).startsWith("HTTP/1.1 404 ").doesNotContain("secret");
        }
    }

    @Test
    void get_tileBeyondTheCheckpoint_isNotShownYet() throws Exception {
        log.append(leaves(10));
        Files.write(directory.resolve("log/tile/0/000"), new byte[8192]);
        Files.write(directory.resolve("log/tile/0/000.p/11"), new byte[11 * 32]);

        assertThat(get("/tile/0/000")).startsWith("HTTP/1.1 404 ");
        assertThat(get("/tile/0/000.p/11")).startsWith("HTTP/1.1 404 ");
        assertThat(get("/tile/0/000.p/10")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void otherMethods_areRefused() throws Exception {
        assertThat(exchange(host, "POST /checkpoint HTTP/1.1", "x"))
                .startsWith("HTTP/1.1 405 ")
                .contains("Allow: GET");
    }

    @Test
    void reader_overHttp_provesWhatItReadsWhileTheLogGrows() throws Exception {
        List<byte[]> leaves = leaves(600);
        log.append(leaves.subList(0, 500));
        HttpLogFiles files = client(host.address().getPort());
        LogReader reader = LogReader.open(files, key.verifyingKey());
        var earlier = reader.checkpoint();
        log.append(leaves.subList(500, 600));

        // The partial tiles of size 500 are gone by now.
        LogReader again = LogReader.at(files, earlier);

        assertThat(again.leaf(499)).isEqualTo(leaves.get(499));
        again.proof(3).verify(leaves.get(3), key.verifyingKey());
        assertThat(again.check().size()).isEqualTo(500);
        LogReader newest = LogReader.open(files, key.verifyingKey());
        newest.consistencyProof(500, 600).verify(earlier.root(), newest.checkpoint().root());
        List<byte[]> all = new ArrayList<>();
        for (long next = 0; next < 600; next = all.size()) {
            all.addAll(newest.leaves(next));
        }
        assertThat(all).containsExactlyElementsOf(leaves);
        assertThat(newest.leaves(511)).hasSize(1);
    }

    @Test
    void reader_ofChangedFiles_refusesThemByUrl() throws Exception {
        log.append(leaves(600));
        Path tile = directory.resolve("log/tile/entries/001");
        byte[] bytes = Files.readAllBytes(tile);
        bytes[5] ^= 1;
        Files.write(tile, bytes);
        HttpLogFiles files = client(host.address().getPort());
        LogReader reader = LogReader.open(files, key.verifyingKey());

        assertThat(reader.leaf(0)).isNotNull();
        assertRefused(Code.LOG_CORRUPT, () -> reader.leaves(256))
                .contains(files.name("tile/entries/001"));
        assertRefused(Code.LOG_CORRUPT, reader::check).contains(files.name("tile/entries/001"));
    }

    @Test
    void client_serverThatNeverEnds_isGivenUp() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                HttpLogFiles files =
                        HttpLogFiles.at(url(server.getLocalPort()), Duration.ofMillis(300))) {
            Thread dripping = Thread.ofVirtual().start(() -> drip(server));
            assertRefused(Code.IO, () -> files.read("checkpoint", 1 << 20)).contains("failed");
            dripping.join();
        }
    }

    @Test
    void client_answerOverTheLimit_isRefused() throws Exception {
        log.append(leaves(300));
        HttpLogFiles files = client(host.address().getPort());

        assertRefused(Code.IO, () -> files.read("tile/0/000", 8191)).contains("failed");
        assertThat(files.read("tile/0/000", 8192)).isPresent();
    }

    @Test
    void witness_answers_haveStatusTypeAndBodyOfTheSpecification() throws Exception {
        LogSigningKey own = LogSigningKey.create("w1", new SecureRandom());
        CheckpointStore store = CheckpointStore.open(directory.resolve("w1"));
        opened.push(store);
        HttpHost witness =
                HttpHost.ofWitness(
                        Witness.of(own, List.of(key.verifyingKey()), store, () -> Instant.EPOCH),
                        loopback(),
                        (request, why) -> failures.add(request + ": " + why.getMessage()));
        opened.push(witness);
        log.append(leaves(3));
        String body =
                new String(
                        new AddCheckpoint(0, List.of(), log.checkpoint().note()).bytes(),
                        StandardCharsets.UTF_8);

        assertThat(exchange(witness, "POST /add-checkpoint HTTP/1.1", body))
                .startsWith("HTTP/1.1 200 ")
                .containsPattern("\r\n\r\n\u2014 w1 [A-Za-z0-9+/=]+\n$");
        assertThat(exchange(witness, "POST /add-checkpoint HTTP/1.1", body))
                .startsWith("HTTP/1.1 409 ")
                .contains("Content-type: text/x.tlog.size\r\n")
                .endsWith("\r\n\r\n3\n");
        assertThat(exchange(witness, "POST /add-checkpoint HTTP/1.1", "nonsense"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(exchange(witness, "GET /add-checkpoint HTTP/1.1", ""))
                .startsWith("HTTP/1.1 405 ");
        assertThat(exchange(witness, "POST /add-checkpoint/x HTTP/1.1", body))
                .startsWith("HTTP/1.1 404 ");
    }

    @Test
    void get_ofALogThatCannotBeRead_tellsTheOwnerWhyAndNobodyElse() throws Exception {
        Path checkpoint = directory.resolve("log/checkpoint");
        Files.writeString(checkpoint, "not a note");

        assertThat(get("/tile/0/000"))
                .startsWith("HTTP/1.1 500 ")
                .endsWith("\r\n\r\nthe log cannot be read\n");
        assertThat(failures)
                .singleElement()
                .asString()
                .startsWith("GET /tile/0/000: not a signed note");
    }

    @Test
    void witness_thatCannotKeepWhatItSaw_tellsItsOwnerWhyAndDoesNotCosign() throws Exception {
        LogSigningKey own = LogSigningKey.create("w1", new SecureRandom());
        Path state = directory.resolve("w1");
        CheckpointStore store = CheckpointStore.open(state);
        opened.push(store);
        HttpHost witness =
                HttpHost.ofWitness(
                        Witness.of(own, List.of(key.verifyingKey()), store, () -> Instant.EPOCH),
                        loopback(),
                        (request, why) -> failures.add(request + ": " + why.getMessage()));
        opened.push(witness);
        log.append(leaves(3));
        try (Stream<Path> files = Files.walk(state)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }

        String body =
                new String(
                        new AddCheckpoint(0, List.of(), log.checkpoint().note()).bytes(),
                        StandardCharsets.UTF_8);
        assertThat(exchange(witness, "POST /add-checkpoint HTTP/1.1", body))
                .startsWith("HTTP/1.1 500 ")
                .doesNotContain(state.toString())
                .endsWith("could not be kept, and was not cosigned\n");
        assertThat(failures)
                .singleElement()
                .asString()
                .startsWith("POST /add-checkpoint: ")
                .contains(state.toString());
    }

    private static void drip(ServerSocket server) {
        try (Socket socket = server.accept()) {
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nx".getBytes());
            while (socket.getInputStream().read() >= 0) {
                socket.getOutputStream().write('x');
            }
        } catch (IOException e) {
            // The client has gone.
        }
    }

    private HttpLogFiles client(int port) throws VerificationException {
        HttpLogFiles files = HttpLogFiles.at(url(port), LIMIT);
        opened.push(files);
        return files;
    }

    private static URI url(int port) {
        return URI.create("http://127.0.0.1:" + port + "/");
    }

    private String get(String path) throws IOException {
        return exchange(host, "GET " + path + " HTTP/1.1", "");
    }

    private static String exchange(HttpHost host, String request, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head =
                "%s\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                        .formatted(request, bytes.length);
        try (Socket socket = new Socket(host.address().getAddress(), host.address().getPort())) {
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(bytes);
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<byte[]> leaves(int count) {
        List<byte[]> leaves = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            leaves.add(("leaf " + i).getBytes(StandardCharsets.UTF_8));
        }
        return leaves;
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
