package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.cli.keys.HomeKeys;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.http.HttpHost;
import dev.assay.verification.log.TransparencyLog;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code assay audit} of a history whose log is served over HTTP, as {@code assay log serve} does.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class HistoryOverHttpTest {
    private static final int ROWS = 150;

    @TempDir private static Path folder;

    private static Command command;

    /** {@code one} is the history after the first job, {@code two} after the second. */
    @BeforeAll
    static void twoHistories() throws Exception {
        Path home = folder.resolve("home");
        command = Command.in(home, folder);
        Path job = Example.job(folder, ROWS);
        for (String history : List.of("one", "two")) {
            try (LocalRun network = LocalRun.open(home, 1)) {
                network.run(job, _ -> {});
            }
            Command.Outcome export = command.run("history", "export", history);
            assertThat(export.exit()).as(export.err()).isZero();
        }
    }

    @Test
    void history_besideItsLog_passes() throws Exception {
        Command.Outcome audit = auditedBeside("two/log");

        assertThat(audit.exit()).as(audit.out() + audit.err()).isZero();
        assertThat(audit.out()).contains("\"PASS\"", "\"settled\":2");
    }

    @Test
    void history_olderThanItsLog_isInconclusiveAndSaysThatItLacksStatements() throws Exception {
        Command.Outcome audit = audited("one", "two/log");

        assertThat(audit.exit()).as(audit.out() + audit.err()).isEqualTo(2);
        assertThat(audit.out()).contains("\"completeness\"");
    }

    @Test
    void history_longerThanTheLog_fails() throws Exception {
        Command.Outcome audit = auditedBeside("one/log");

        assertThat(audit.exit()).as(audit.out() + audit.err()).isEqualTo(1);
        assertThat(audit.out()).contains("\"inclusion\"", " entries, none at ");
    }

    @Test
    void history_besideALogOfAnotherKey_fails() throws Exception {
        LogSigningKey other = LogSigningKey.create(HomeKeys.LOG_ORIGIN, new SecureRandom());
        try (TransparencyLog log = TransparencyLog.open(folder.resolve("other"), other)) {
            log.append(List.of(new byte[] {1}));
        }

        Command.Outcome audit = auditedBeside("other");

        assertThat(audit.exit()).as(audit.out() + audit.err()).isEqualTo(1);
        assertThat(audit.out()).contains("\"log-files\"", "0 signatures by the key of log");
    }

    @Test
    void history_whoseServerIsGone_couldNotBeAudited() throws Exception {
        String url;
        try (HttpHost gone = serve("two/log")) {
            url = url(gone);
        }

        Command.Outcome audit = audit("two", url);

        audit.assertError(3, "assay: GET " + url + "checkpoint failed: nobody listens there");
    }

    /** The server goes on, its files do not. */
    @Test
    void history_whoseLogHasNoTiles_isNotAPass() throws Exception {
        Path bare = folder.resolve("bare");
        Files.createDirectories(bare);
        Files.copy(folder.resolve("two/log/checkpoint"), bare.resolve("checkpoint"));

        Command.Outcome audit = auditedBeside("bare");

        assertThat(audit.exit()).as(audit.out() + audit.err()).isEqualTo(1);
        assertThat(audit.out()).contains("\"log-files\"", "tile/");
    }

    private static Command.Outcome auditedBeside(String log) throws Exception {
        return audited("two", log);
    }

    private static Command.Outcome audited(String history, String log) throws Exception {
        try (HttpHost host = serve(log)) {
            return audit(history, url(host));
        }
    }

    private static Command.Outcome audit(String history, String url) throws Exception {
        return command.run("audit", "--json", "--no-memory", "--log", url, history);
    }

    private static HttpHost serve(String log) throws Exception {
        return HttpHost.ofLog(
                folder.resolve(log),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                (_, _) -> {});
    }

    private static String url(HttpHost host) {
        return "http://127.0.0.1:" + host.address().getPort() + "/";
    }
}
