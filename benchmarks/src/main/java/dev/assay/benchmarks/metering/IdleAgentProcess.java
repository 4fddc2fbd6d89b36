package dev.assay.benchmarks.metering;

import dev.assay.agent.bidding.PriceTable;
import dev.assay.agent.claims.ClaimLedger;
import dev.assay.agent.daemon.Agent;
import dev.assay.agent.daemon.AgentConfig;
import dev.assay.agent.hardware.Vouching;
import dev.assay.agent.jobs.Workplace;
import dev.assay.agent.journal.Journal;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.rpc.MarketClient;
import dev.assay.protocol.rpc.MarketServer;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerHost;
import dev.assay.runtime.exact.ExactEngine;
import dev.assay.runtime.host.HostFacts;
import dev.assay.runtime.metering.Sampler;
import dev.assay.verification.crypto.SigningKey;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * A JVM that holds one agent as the embedded network wires it, with journal, blob store, sampler
 * and a connection over gRPC's in-process transport to a market that never offers anything. Says
 * {@code ready} when it is connected, and ends with its input.
 */
public final class IdleAgentProcess {
    private static final String MARKET = "quiet";
    private static final Duration RECEIPTS = Duration.ofSeconds(5);

    private IdleAgentProcess() {}

    public static void main(String[] args) throws Exception {
        Path home = Files.createTempDirectory("assay-idle-agent");
        InstantSource clock = InstantSource.system();
        HostFacts host = HostFacts.read();
        SecureRandom random = new SecureRandom();
        QuietMarket market = new QuietMarket();
        try (MarketServer _ = MarketServer.inProcess(MARKET, market, market);
                MarketClient client = MarketClient.inProcess(MARKET);
                Journal journal = Journal.open(home.resolve("agent.db"), clock);
                Sampler sampler = Sampler.start(clock);
                Agent agent =
                        new Agent(
                                new AgentConfig(
                                        "idle",
                                        new Resources(
                                                host.logicalCores(), host.memoryBytes(), 0, 0),
                                        new PriceTable(Map.of(), 10_000, 15_000)),
                                new Workplace(
                                        SigningKey.create(random),
                                        journal,
                                        new ClaimLedger(journal.claims(), List::of),
                                        BlobStore.open(home.resolve("blobs")),
                                        (_, resources, _) -> new ExactEngine(resources.cpu()),
                                        IdleAgentProcess::noContainers,
                                        Vouching.NONE,
                                        host,
                                        sampler,
                                        clock,
                                        RECEIPTS),
                                SigningKey.create(random).verifyingKey())) {
            agent.start(client.agent());
            System.out.println("ready");
            while (System.in.read() >= 0) {
                // until the parent closes it
            }
        } finally {
            remove(home);
        }
    }

    private static ContainerHost noContainers() throws ContainerException {
        throw new ContainerException(
                ContainerException.Code.ENGINE_UNREACHABLE, "containers are not measured here");
    }

    private static void remove(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path visited, @Nullable IOException failure) throws IOException {
                        Files.delete(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
