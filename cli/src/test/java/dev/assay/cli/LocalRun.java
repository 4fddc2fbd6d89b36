package dev.assay.cli;

import dev.assay.cli.keys.HomeKeys;
import dev.assay.cli.network.AssayHome;
import dev.assay.cli.network.HomeException;
import dev.assay.cli.network.LocalNetwork;
import dev.assay.cli.network.WitnessPolicy;
import dev.assay.cli.tenant.JobResolver;
import dev.assay.cli.tenant.OpenOrders.OpenOrder;
import dev.assay.cli.tenant.ResolvedJob;
import dev.assay.cli.tenant.RunEvent;
import dev.assay.cli.tenant.TenantClient;
import dev.assay.protocol.job.JobFileReader;
import dev.assay.runtime.host.HostFacts;
import dev.assay.verification.crypto.PassphraseSource;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** An embedded network over one home, in this process, on a machine of 2 cores and 8 GiB. */
final class LocalRun implements AutoCloseable {
    private static final HostFacts HOST = new HostFacts("Test OS", "Test CPU", 2, 8L << 30);

    private final AssayHome home;
    private final LocalNetwork network;

    private LocalRun(AssayHome home, LocalNetwork network) {
        this.home = home;
        this.network = network;
    }

    static LocalRun open(Path home, int agents) throws Exception {
        return open(home, agents, WitnessPolicy.NONE);
    }

    static LocalRun open(Path home, int agents, WitnessPolicy witnesses) throws Exception {
        AssayHome opened = AssayHome.open(home);
        try {
            return new LocalRun(
                    opened,
                    LocalNetwork.open(
                            opened,
                            new HomeKeys(home, PassphraseSource.NONE, new SecureRandom()),
                            witnesses,
                            agents,
                            CompletableFuture.completedFuture(HOST),
                            List::of,
                            List.of(),
                            InstantSource.system()));
        } catch (Exception e) {
            opened.close();
            throw e;
        }
    }

    TenantClient tenant() {
        return network.tenant();
    }

    LocalNetwork network() {
        return network;
    }

    /** Places a job and follows it to its end. */
    RunEvent.Ended run(Path job, Consumer<RunEvent> events) throws Exception {
        return tenant().follow(place(job), events);
    }

    OpenOrder place(Path job) throws Exception {
        ResolvedJob resolved =
                new JobResolver(tenant().blobs())
                        .resolve(JobFileReader.read(job), job.resolveSibling(""));
        return tenant().place(resolved);
    }

    /** Follows what an earlier process left open to its end. */
    List<RunEvent.Ended> resume(Consumer<RunEvent> events) throws Exception {
        List<RunEvent.Ended> ended = new ArrayList<>();
        for (OpenOrder order : tenant().open().all()) {
            tenant().resume(order, events).ifPresent(ended::add);
        }
        return ended;
    }

    @Override
    public void close() throws HomeException {
        network.close();
        home.close();
    }
}
