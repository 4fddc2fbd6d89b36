package dev.assay.cli.network;

import dev.assay.agent.bidding.PriceTable;
import dev.assay.agent.claims.ClaimLedger;
import dev.assay.agent.daemon.Agent;
import dev.assay.agent.daemon.AgentConfig;
import dev.assay.agent.hardware.Vouching;
import dev.assay.agent.jobs.Engines;
import dev.assay.agent.jobs.Workplace;
import dev.assay.agent.journal.Journal;
import dev.assay.agent.journal.JournalException;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.exact.ExactEngine;
import dev.assay.runtime.host.HostFacts;
import dev.assay.runtime.inventory.GpuReport;
import dev.assay.runtime.metering.Sampler;
import dev.assay.runtime.runner.LeftoverRunners;
import dev.assay.runtime.runner.RunnerPool;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.crypto.VerifyingKey;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Builds the agents of the embedded network: names, prices, and what they work with. */
final class LocalAgents {
    /** The most agents that one process runs. */
    static final int MOST = 8;

    /** Of several agents on one machine, the one that rents out its GPUs. */
    private static final int OWNER_OF_GPUS = 0;

    private static final List<String> NAMES =
            List.of("alder", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel");
    private static final Duration RECEIPT_INTERVAL = Duration.ofSeconds(5);

    /** What the first agent asks; each further one asks a tenth more. */
    private static final Map<PriceUnit, Long> BASE_MICROS =
            Map.of(
                    PriceUnit.THOUSAND_ROWS, 350_000L,
                    PriceUnit.CPU_HOUR, 40_000L,
                    PriceUnit.GPU_HOUR, 900_000L);

    private LocalAgents() {}

    static String name(int index) {
        return NAMES.get(index);
    }

    /** An agent, and the journal, engine connection and sampler that are its alone. */
    record LocalAgent(Agent agent, Journal journal, LocalContainers containers, Sampler sampler)
            implements AutoCloseable {
        @Override
        public void close() {
            agent.close();
            sampler.close();
            containers.close();
            journal.close();
        }
    }

    /**
     * Builds an agent.
     *
     * @param gpus asks for the machine's GPUs; the first agent rents them out
     * @param vouching asks its hardware
     */
    static LocalAgent create(
            int index,
            AssayHome home,
            SigningKey key,
            VerifyingKey marketKey,
            BlobStore blobs,
            HostFacts host,
            Supplier<List<GpuReport>> gpus,
            Vouching vouching,
            RunnerPool runners,
            InstantSource clock)
            throws JournalException {
        Journal journal = Journal.open(home.agents().resolve(name(index) + ".db"), clock);
        LocalContainers containers =
                new LocalContainers(
                        blobs, home.containers().resolve(name(index)), key.keyId().hex(), clock);
        Sampler sampler = Sampler.start(clock);
        Workplace workplace =
                new Workplace(
                        key,
                        journal,
                        new ClaimLedger(journal.claims(), index == OWNER_OF_GPUS ? gpus : List::of),
                        blobs,
                        new LocalEngines(index == 0, runners),
                        containers,
                        vouching,
                        host,
                        sampler,
                        clock,
                        RECEIPT_INTERVAL);
        AgentConfig config = new AgentConfig(name(index), capacity(host, home), prices(index));
        return new LocalAgent(
                new Agent(config, workplace, marketKey), journal, containers, sampler);
    }

    /** The whole machine; how many GPUs it has to rent out is the claims' to say. */
    private static Resources capacity(HostFacts host, AssayHome home) {
        return new Resources(
                host.logicalCores(), host.memoryBytes(), home.root().toFile().getUsableSpace(), 0);
    }

    /**
     * The exact engine in this process, PyTorch in runners. Agents of one process share a pool,
     * which starts nothing until one of them bids for it; the first ends what an earlier process
     * left of it.
     */
    private record LocalEngines(boolean first, RunnerPool runners) implements Engines {
        @Override
        public Engine open(EngineName name, Resources resources, List<GpuId> gpus)
                throws EngineException {
            return switch (name) {
                case EXACT -> new ExactEngine(resources.cpu());
                case PYTORCH -> runners.take(resources.cpu(), resources.memoryBytes(), gpus);
            };
        }

        @Override
        public void expect(EngineName name) {
            switch (name) {
                case EXACT -> {}
                case PYTORCH -> runners.fill();
            }
        }

        @Override
        public List<Long> endLeftovers() {
            return first ? LeftoverRunners.end(runners.owner()) : List.of();
        }
    }

    private static PriceTable prices(int index) {
        Map<PriceTable.Key, MicroAmount> rates = new HashMap<>();
        for (Denom denom : Denom.values()) {
            BASE_MICROS.forEach(
                    (unit, micros) ->
                            rates.put(
                                    new PriceTable.Key(denom, unit),
                                    MicroAmount.of(micros * (10 + index) / 10)));
        }
        return new PriceTable(rates, 10_000, 15_000);
    }
}
