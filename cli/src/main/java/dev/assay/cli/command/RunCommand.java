package dev.assay.cli.command;

import dev.assay.agent.hardware.EvidenceProgram;
import dev.assay.agent.hardware.HardwarePrograms;
import dev.assay.agent.journal.JournalException;
import dev.assay.cli.console.RunJson;
import dev.assay.cli.console.RunText;
import dev.assay.cli.console.Terminal;
import dev.assay.cli.keys.HomeKeys;
import dev.assay.cli.network.AssayHome;
import dev.assay.cli.network.GpuLooks;
import dev.assay.cli.network.HomeException;
import dev.assay.cli.network.LocalNetwork;
import dev.assay.cli.network.WitnessPolicy;
import dev.assay.cli.tenant.JobResolver;
import dev.assay.cli.tenant.OpenOrders.OpenOrder;
import dev.assay.cli.tenant.ResolvedJob;
import dev.assay.cli.tenant.RunEvent;
import dev.assay.cli.tenant.TenantClient;
import dev.assay.cli.tenant.TenantException;
import dev.assay.models.ModelException;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.job.JobFile;
import dev.assay.protocol.job.JobFileException;
import dev.assay.protocol.job.JobFileReader;
import dev.assay.protocol.market.MarketException;
import dev.assay.runtime.host.HostFacts;
import dev.assay.runtime.inventory.Survey;
import dev.assay.verification.VerificationException;

import org.slf4j.LoggerFactory;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** {@code assay run}: one job from order to settled escrow, on an embedded network. */
@Command(
        name = "run",
        header = "Run a job, from order to settled escrow",
        description = {
            "",
            "Runs a job from order to settled escrow, with everything in this one process:",
            "a market with its ledger, agents that bid, and you as the tenant who checks the"
                    + " result."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay run examples/digits.yaml               the shortest way to see it work",
            "  assay run --agents 3 examples/digits.yaml    three providers bid against each other",
            "  assay run --shell job.yaml                   a shell in its container while it runs",
            "  assay run --json job.yaml | jq .event        one JSON object a line, for programs",
            "  assay run --witness 'http://127.0.0.1:8971/=me/w1+1f..+BN..' job.yaml",
            "                                               evidence with a witness's cosignature",
            "",
            "Money here is play money of the embedded ledger; the arithmetic is the real one.",
            "Ctrl-C ends the order properly: work stops, the deposit comes back."
        })
public final class RunCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Parameters(paramLabel = "JOB.yaml", description = "the job file; its paths are relative to it")
    private Path job = Path.of("");

    @Option(
            names = "--agents",
            paramLabel = "N",
            defaultValue = "1",
            description = "agents that bid, 1 to 8 (default: ${DEFAULT-VALUE})")
    private int agents = 1;

    @Option(names = "--json", description = "report as JSON lines")
    private boolean json;

    @Option(
            names = "--shell",
            description = "open a shell in the container once it runs; the job allows it then")
    private boolean shell;

    @Option(
            names = "--shell-index",
            paramLabel = "N",
            defaultValue = "0",
            description = "of an array, the container with the shell (default: ${DEFAULT-VALUE})")
    private int shellIndex = 0;

    @Option(
            names = "--hardware-evidence",
            paramLabel = "PROGRAM",
            description =
                    "what the agents run to have this machine's hardware vouch for a lease"
                            + " (docs/hardware-evidence.md); may be repeated")
    private List<Path> evidence = new ArrayList<>();

    @Mixin private final WitnessOptions witnesses = new WitnessOptions();

    @Mixin private final PassphraseOptions passphrase = new PassphraseOptions();

    @CommandLine.Spec private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    @Override
    public Integer call()
            throws JobFileException,
                    HomeException,
                    BlobException,
                    MarketException,
                    VerificationException,
                    JournalException,
                    TenantException,
                    ModelException,
                    InterruptedException {
        if (agents < 1 || agents > LocalNetwork.MOST_AGENTS) {
            throw mistake("--agents: " + agents + " is not from 1 to " + LocalNetwork.MOST_AGENTS);
        }
        WitnessPolicy policy = witnesses.policy();
        JobFile file = file();
        List<EvidenceProgram> programs = programs();
        LoggerFactory.getILoggerFactory(); // set up before several threads log at once
        Consumer<RunEvent> events =
                json ? new RunJson(System.out) : new RunText(Terminal.standard());
        InstantSource clock = InstantSource.system();
        CompletableFuture<HostFacts> host = CompletableFuture.supplyAsync(HostFacts::read);
        GpuLooks gpus = GpuLooks.begin(() -> Survey.ofThisMachine().take().gpus());
        try (Interruption interruption = Interruption.install();
                AssayHome home = AssayHome.open(AssayHome.defaultRoot());
                HomeKeys keys =
                        new HomeKeys(home.root(), passphrase.passphrases(), new SecureRandom());
                LocalNetwork network =
                        LocalNetwork.open(
                                home, keys, policy, agents, host, gpus, programs, clock)) {
            return run(network.tenant(), file, events, interruption);
        }
    }

    private List<EvidenceProgram> programs() {
        if (evidence.size() > HardwarePrograms.MOST) {
            throw mistake("--hardware-evidence: more than " + HardwarePrograms.MOST + " programs");
        }
        for (Path program : evidence) {
            if (!Files.isRegularFile(program) || !Files.isExecutable(program)) {
                throw mistake("--hardware-evidence: " + program + " is no program that can be run");
            }
        }
        return evidence.stream().map(Path::toAbsolutePath).map(EvidenceProgram::new).toList();
    }

    private JobFile file() throws JobFileException {
        JobFile file = JobFileReader.read(job);
        if (!shell) {
            return file;
        }
        if (json) {
            throw mistake("--shell: has no terminal with --json; leave one of them out");
        }
        return file.withShell()
                .orElseThrow(() -> mistake("--shell: only a job of containers can have one"));
    }

    private ParameterException mistake(String message) {
        return new ParameterException(
                java.util.Objects.requireNonNull(spec).commandLine(), message);
    }

    private int run(
            TenantClient tenant, JobFile file, Consumer<RunEvent> events, Interruption interruption)
            throws BlobException,
                    MarketException,
                    VerificationException,
                    TenantException,
                    ModelException,
                    InterruptedException {
        for (OpenOrder left : tenant.open().all()) {
            interruption.cancels(() -> tenant.cancel(left.order()));
            tenant.resume(left, events);
        }
        if (interruption.requested()) {
            return ExitCode.INTERRUPTED;
        }
        Path directory = job.toAbsolutePath().resolveSibling("");
        ResolvedJob resolved = new JobResolver(tenant.blobs()).resolve(file, directory);
        events.accept(new RunEvent.Resolved(resolved));
        OpenOrder order = tenant.place(resolved);
        interruption.cancels(() -> tenant.cancel(order.order()));
        if (!shell) {
            return follow(tenant, order, events);
        }
        try (ShellWindow window =
                new ShellWindow(
                        tenant,
                        order.order(),
                        shellIndex,
                        events,
                        Terminal.standard().interactive())) {
            return follow(tenant, order, window);
        }
    }

    private static int follow(TenantClient tenant, OpenOrder order, Consumer<RunEvent> events)
            throws TenantException, MarketException, VerificationException, InterruptedException {
        AtomicBoolean allDone = new AtomicBoolean(true);
        RunEvent.Ended ended =
                tenant.follow(
                        order,
                        event -> {
                            if (event instanceof RunEvent.ContainersReady ready) {
                                allDone.set(ready.allDone());
                            }
                            events.accept(event);
                        });
        return switch (ended.reason()) {
            case DONE -> allDone.get() ? ExitCode.OK : ExitCode.FAILED;
            case OWNER -> ExitCode.INTERRUPTED;
            case NO_BIDS, FAILED, MANIFEST_TIMEOUT, AUDIT_FAILED, PROVIDER_LOST -> ExitCode.FAILED;
        };
    }
}
