package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.assay.cli.keys.HomeKeys;
import dev.assay.cli.network.AssayHome;
import dev.assay.cli.network.WitnessAddress;
import dev.assay.cli.network.WitnessPolicy;
import dev.assay.cli.tenant.RunEvent;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.PassphraseSource;
import dev.assay.verification.http.HttpHost;
import dev.assay.verification.log.CheckpointStore;
import dev.assay.verification.witness.VerifiedCosignature;
import dev.assay.verification.witness.Witness;
import dev.assay.verification.witness.WitnessKey;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs whose log has witnesses, and what an audit makes of their evidence. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class WitnessRunTest {
    private static final int ROWS = 150;

    @TempDir private Path folder;

    private final SecureRandom random = new SecureRandom();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final List<RunEvent> events = new ArrayList<>();
    private Path home = Path.of("");
    private Command command = Command.in(home, home);

    @BeforeEach
    void aHome() {
        home = folder.resolve("home");
        command = Command.in(home, folder);
    }

    @AfterEach
    void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    @Test
    void run_withAWitness_leavesEvidenceThatProvesItsCosignature() throws Exception {
        WitnessAddress witness = witness("w1.example", logKey());

        RunEvent.Ended ended = run(new WitnessPolicy(List.of(witness), 1));

        RunEvent.Cosigned cosigned = cosigned();
        assertThat(cosigned.missing()).isEmpty();
        assertThat(cosigned.cosignatures())
                .extracting(VerifiedCosignature::witness)
                .containsExactly(witness.key());
        assertThat(events).noneMatch(RunEvent.NotCosigned.class::isInstance);
        String evidence = ended.evidence().orElseThrow().toString();
        Command.Outcome audit = audit("--witness", witness.key().vkey(), evidence);
        assertThat(audit.exit()).as(audit.out() + audit.err()).isZero();
        assertWitnessFinding(audit, "PROVED", "witness w1.example cosigned the checkpoint of ");
        assertWitnessFinding(
                audit("--witness", witness.toString(), evidence), "PROVED", "w1.example cosigned");

        String log = home.resolve("market/log").toString();
        Command.Outcome ofTheLog =
                audit("--log-key", logKey().vkey(), "--witness", witness.key().vkey(), log);
        assertThat(ofTheLog.exit()).as(ofTheLog.out() + ofTheLog.err()).isZero();
        assertWitnessFinding(ofTheLog, "PROVED", "w1.example cosigned the checkpoint of ");
        try (HttpHost served =
                HttpHost.ofLog(home.resolve("market/log"), loopback(), (_, _) -> {})) {
            Command.Outcome overHttp =
                    audit(
                            "--log-key",
                            logKey().vkey(),
                            "--witness",
                            witness.key().vkey(),
                            "http://127.0.0.1:" + served.address().getPort() + "/");
            assertThat(overHttp.exit()).as(overHttp.out() + overHttp.err()).isZero();
            assertWitnessFinding(overHttp, "PROVED", "w1.example cosigned the checkpoint of ");
        }
    }

    /** The job ends and settles; what there is of cosignatures is in the folder. */
    @Test
    void run_withOneOfTwoWitnessesDown_endsAndSaysWhichAndWhy() throws Exception {
        WitnessAddress there = witness("w1.example", logKey());
        WitnessAddress gone = nobody("w2.example");

        RunEvent.Ended ended = run(new WitnessPolicy(List.of(there, gone), 2));

        assertThat(events)
                .filteredOn(RunEvent.NotCosigned.class::isInstance)
                .singleElement()
                .satisfies(
                        event -> {
                            RunEvent.NotCosigned not = (RunEvent.NotCosigned) event;
                            assertThat(not.witness()).isEqualTo("w2.example");
                            assertThat(not.why()).contains("nobody listens there");
                        });
        assertThat(cosigned().missing()).containsOnlyKeys("w2.example");
        assertThat(cosigned().missing().get("w2.example")).contains("nobody listens there");
        String evidence = ended.evidence().orElseThrow().toString();
        Command.Outcome audit = audit("--witness", there.key().vkey(), evidence);
        assertThat(audit.exit()).as(audit.out() + audit.err()).isZero();
        Command.Outcome missing = audit("--witness", gone.key().vkey(), evidence);
        assertThat(missing.exit()).as(missing.out() + missing.err()).isEqualTo(2);
        assertWitnessFinding(missing, "UNCHECKED", "did not cosign the checkpoint");
        assertThat(home.resolve("market/log/checkpoint")).doesNotExist();

        Command.Outcome export = command.run("history", "export", "history");
        assertThat(export.exit()).as(export.err()).isZero();
        Command.Outcome history = command.run("audit", "history");
        assertThat(history.exit()).as(history.out() + history.err()).isZero();
    }

    @Test
    void run_withAQuorumOfOneOfTwo_showsTheLogToEveryone() throws Exception {
        WitnessAddress there = witness("w1.example", logKey());

        run(new WitnessPolicy(List.of(there, nobody("w2.example")), 1));

        assertThat(cosigned().cosignatures()).hasSize(1);
        assertThat(cosigned().missing()).containsOnlyKeys("w2.example");
        assertThat(Files.readString(home.resolve("market/log/checkpoint")))
                .contains("\u2014 assay.local/log ", "\u2014 w1.example ");
    }

    @Test
    void run_withAWitnessOfAnotherLogOrAnotherKey_saysHowToMendIt() throws Exception {
        LogVerifyingKey other = LogSigningKey.create(HomeKeys.LOG_ORIGIN, random).verifyingKey();
        WitnessAddress ofAnother = witness("w1.example", other);
        WitnessAddress real = witness("w2.example", logKey());
        WitnessAddress misnamed = new WitnessAddress(real.url(), key("w2.example"));

        run(new WitnessPolicy(List.of(ofAnother, misnamed), 2));

        assertThat(cosigned().cosignatures()).isEmpty();
        assertThat(cosigned().missing().get("w1.example"))
                .endsWith(
                        "start it with: assay witness --name 'w1.example' --log '"
                                + logKey().vkey()
                                + "'");
        assertThat(cosigned().missing().get("w2.example"))
                .contains("0 cosignatures by its key", misnamed.key().vkey());
    }

    /** A home that was put back from a copy: its log is behind what the witness saw. */
    @Test
    void run_ofALogThatWasRolledBack_isToldSoByTheWitness() throws Exception {
        LogVerifyingKey log = logKey();
        WitnessAddress witness = witness("w1.example", log);
        Path copy = folder.resolve("copy");
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.toList()) {
                Files.copy(
                        file,
                        copy.resolve(home.relativize(file).toString()),
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        run(new WitnessPolicy(List.of(witness), 1));
        events.clear();

        home = copy;
        run(new WitnessPolicy(List.of(witness), 1));

        assertThat(cosigned().missing().get("w1.example")).contains("rolled back or forked");
    }

    @Test
    void run_withoutAUsableWitness_doesNotBegin() throws Exception {
        Path job = Example.job(folder, ROWS);
        String vkey = key("w1.example").vkey();
        command.run("run", "--quorum", "2", "--witness", "http://127.0.0.1:1/=" + vkey, "job.yaml")
                .assertError(
                        3,
                        "assay: --quorum: 2 of 1 witnesses cannot be needed; name from 1 to all of"
                                + " them"
                                + System.lineSeparator()
                                + "assay: try 'assay run --help'");
        Command.Outcome alone = command.run("run", "--witness", vkey, job.toString());
        assertThat(alone.exit()).isEqualTo(3);
        assertThat(alone.err())
                .startsWith("assay: --witness: '" + vkey + "' is no witness of the form URL=VKEY");
        Command.Outcome scheme =
                command.run("run", "--witness", "ftp://w.example/=" + vkey, job.toString());
        assertThat(scheme.exit()).isEqualTo(3);
        assertThat(scheme.err()).contains("is no http or https URL").hasLineCount(1);
        assertThat(home.resolve("market/market.db")).doesNotExist();
        Command.Outcome audit = command.run("audit", "--witness", "nonsense", "evidence");
        assertThat(audit.exit()).isEqualTo(3);
        assertThat(audit.err()).startsWith("assay: --witness: not the verifier key of a witness");
    }

    private RunEvent.Ended run(WitnessPolicy policy) throws Exception {
        try (LocalRun network = LocalRun.open(home, 1, policy)) {
            RunEvent.Ended ended = network.run(Example.job(folder, ROWS), events::add);
            assertThat(ended.reason()).isEqualTo(CloseReason.DONE);
            assertThat(events).anyMatch(RunEvent.Settled.class::isInstance);
            return ended;
        }
    }

    private RunEvent.Cosigned cosigned() {
        List<RunEvent.Cosigned> all =
                events.stream()
                        .filter(RunEvent.Cosigned.class::isInstance)
                        .map(RunEvent.Cosigned.class::cast)
                        .toList();
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private Command.Outcome audit(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("audit", "--json"));
        all.addAll(List.of(arguments));
        return command.run(all.toArray(String[]::new));
    }

    private static void assertWitnessFinding(Command.Outcome audit, String standing, String message)
            throws Exception {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode finding : audit.json().getFirst().path("findings")) {
            if (finding.path("clause").asText().equals("witness")) {
                found.add(finding);
            }
        }
        assertThat(found).as(audit.out()).hasSize(1);
        assertThat(found.getFirst().path("standing").asText()).isEqualTo(standing);
        assertThat(found.getFirst().path("message").asText()).contains(message);
    }

    /** The key of the home's log, which is made when it is absent. */
    private LogVerifyingKey logKey() throws Exception {
        try (AssayHome at = AssayHome.open(home);
                HomeKeys keys = new HomeKeys(at.root(), PassphraseSource.NONE, random)) {
            return keys.logKey().verifyingKey();
        }
    }

    private WitnessAddress witness(String name, LogVerifyingKey followed) throws Exception {
        CheckpointStore store = CheckpointStore.open(folder.resolve(name));
        opened.push(store);
        Witness witness =
                Witness.of(
                        LogSigningKey.create(name, random),
                        List.of(followed),
                        store,
                        InstantSource.system());
        HttpHost host = HttpHost.ofWitness(witness, loopback(), (_, _) -> {});
        opened.push(host);
        return at(host.address().getPort(), witness.key());
    }

    /** A witness at a port where nobody listens any more. */
    private WitnessAddress nobody(String name) throws Exception {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return at(closed.getLocalPort(), key(name));
        }
    }

    private WitnessKey key(String name) throws Exception {
        return new WitnessKey(LogSigningKey.create(name, random).verifyingKey());
    }

    private static WitnessAddress at(int port, WitnessKey key) {
        return new WitnessAddress(URI.create("http://127.0.0.1:" + port + "/"), key);
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
