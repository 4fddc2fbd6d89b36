package dev.assay.benchmarks.history;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.history.HistoryLayout;
import dev.assay.verification.history.HistoryWriter;
import dev.assay.verification.keys.KeyStatements;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.TransparencyLog;
import dev.assay.verification.statement.KeyHolder;
import dev.assay.verification.statement.KeyHolder.Role;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Makes the history of a provider that never existed, with real signatures in a real log: waves of
 * leases, eight at a time, each on a GPU of its own, with a receipt every ten seconds, a result, a
 * verdict and a settlement. The provider's key is registered, and rotated half way. Arguments: the
 * folder to make, leases (a multiple of eight), receipts a lease.
 */
public final class HistoryMaker {
    private static final int AT_ONCE = 8;
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final String ORIGIN = "benchmark.example/log";

    private final TransparencyLog log;
    private final HistoryWriter writer;
    private final SecureRandom random;
    private final SigningKey recovery;
    private SigningKey provider;
    private long statements;

    /** A statement on its way into the log. */
    record Signed(Envelope envelope, SigningKey signer) {}

    private HistoryMaker(TransparencyLog log, HistoryWriter writer, SecureRandom random) {
        this.log = log;
        this.writer = writer;
        this.random = random;
        this.recovery = SigningKey.create(random);
        this.provider = SigningKey.create(random);
    }

    public static void main(String[] args) throws VerificationException {
        Path folder = Path.of(args[0]);
        int leases = Integer.parseInt(args[1]);
        int receipts = Integer.parseInt(args[2]);
        SecureRandom random = new SecureRandom();
        LogSigningKey logKey = LogSigningKey.create(ORIGIN, random);
        try (TransparencyLog log = TransparencyLog.open(folder.resolve(HistoryLayout.LOG), logKey);
                HistoryWriter writer = HistoryWriter.begin(folder)) {
            HistoryMaker maker = new HistoryMaker(log, writer, random);
            SigningKey first = maker.provider;
            SigningKey market = SigningKey.create(random);
            maker.all(leases, receipts, market);
            var _ =
                    writer.finish(
                            first.keyId(), market.keyId(), logKey.verifyingKey(), Optional.empty());
            System.out.printf(Locale.ROOT, "%s: %,d statements%n", folder, maker.statements);
        }
    }

    private void all(int leases, int receipts, SigningKey market) throws VerificationException {
        List<SigningKey> tenants = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            tenants.add(SigningKey.create(random));
        }
        KeyStatements keys = new KeyStatements(ORIGIN, () -> BEGIN);
        add(
                List.of(
                        signed(
                                keys.register(
                                        new KeyHolder(Role.PROVIDER, "maker"),
                                        provider,
                                        recovery.keyId()),
                                provider),
                        signed(
                                keys.register(
                                        new KeyHolder(Role.MARKET, "maker"),
                                        market,
                                        recovery.keyId()),
                                market)));
        int waves = leases / AT_ONCE;
        for (int wave = 0; wave < waves; wave++) {
            if (wave == waves / 2) {
                rotate(keys);
            }
            wave(wave, receipts, market, tenants);
        }
    }

    private void rotate(KeyStatements keys) throws VerificationException {
        SigningKey next = SigningKey.create(random);
        Envelope rotation =
                keys.rotate(provider.keyId(), next, provider, recovery.keyId(), Long.MAX_VALUE);
        add(List.of(signed(rotation, provider)));
        provider = next;
    }

    private void wave(int wave, int receipts, SigningKey market, List<SigningKey> tenants)
            throws VerificationException {
        List<MadeLease> made = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            int number = wave * AT_ONCE + i;
            SigningKey tenant = tenants.get(number % tenants.size());
            Instant begin = BEGIN.plusSeconds(wave * (MadeLease.PERIOD_SECONDS * receipts + 60L));
            made.add(new MadeLease(number, i, begin, receipts, tenant, provider, market));
        }
        made.parallelStream().forEach(MadeLease::work);
        List<Signed> worked = new ArrayList<>();
        for (int step = 0; step < made.getFirst().worked().size(); step++) {
            for (MadeLease lease : made) {
                worked.add(lease.worked().get(step));
            }
        }
        add(worked);
        long size = log.checkpoint().size();
        Digest root = log.checkpoint().root();
        List<Signed> ends = new ArrayList<>();
        for (MadeLease lease : made) {
            ends.addAll(lease.end(size, root));
        }
        add(ends);
        if (wave % 20 == 0) {
            System.out.printf(Locale.ROOT, "%,d statements%n", statements);
        }
    }

    private void add(List<Signed> signed) throws VerificationException {
        for (int from = 0; from < signed.size(); from += 8_192) {
            List<Signed> part = signed.subList(from, Math.min(signed.size(), from + 8_192));
            List<byte[]> leaves =
                    part.stream()
                            .map(s -> LogLeaf.of(s.envelope(), s.signer().verifyingKey()))
                            .toList();
            long index = log.append(leaves).first();
            for (Signed each : part) {
                writer.add(index++, each.envelope(), each.signer().verifyingKey());
                statements++;
            }
        }
    }

    private static Signed signed(Envelope envelope, SigningKey signer) {
        return new Signed(envelope, signer);
    }
}
