package dev.assay.agent.hardware;

import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.market.MarketException;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.EvidenceFile;
import dev.assay.verification.hardware.EvidenceReference;
import dev.assay.verification.hardware.TrustRoots;
import dev.assay.verification.log.LogCheckpoint;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Asks hardware through programs of the provider's own. What does not stand up is not named: every
 * file is verified here as an auditor would, but for roots that only the auditor can trust.
 * Thread-safe.
 *
 * @param programs asked in this order, one file each
 * @param log where the nonce comes from
 * @param blobs where the files go
 * @param limit the longest that a program may take; less when the lease's deadline is near
 */
public record HardwarePrograms(
        List<EvidenceProgram> programs,
        LogHead log,
        BlobStore blobs,
        InstantSource clock,
        Duration limit)
        implements Vouching {
    /** The most programs that one agent has. */
    public static final int MOST = 8;

    /** How long a program may take, unless there is a reason for another time. */
    public static final Duration LIMIT = Duration.ofSeconds(30);

    /** Half of what is left until the lease's deadline stays for the result. */
    private static final int SHARE = 2;

    private static final String NONE = "no evidence of hardware from ";

    public HardwarePrograms {
        programs = List.copyOf(programs);
        if (programs.isEmpty() || programs.size() > MOST) {
            throw new IllegalArgumentException("programs must be 1 to " + MOST);
        }
    }

    @Override
    public Vouched vouch(Subject subject, Instant deadline, BooleanSupplier stop) {
        List<EvidenceReference> evidence = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        try {
            LogCheckpoint head = log.through(subject.receipt(), subject.provider());
            Question question = new Question(subject.lease(), head, subject.gpus());
            Duration each = each(deadline);
            for (EvidenceProgram program : programs) {
                try {
                    evidence.add(kept(program.ask(question, each, stop), question));
                } catch (NoEvidenceException | VerificationException | BlobException e) {
                    Path name = program.path().getFileName();
                    problems.add(NONE + name + ": " + e.getMessage());
                }
            }
        } catch (MarketException | VerificationException e) {
            problems.add(NONE + "anything: the log's proof of the receipt: " + e.getMessage());
        }
        return new Vouched(evidence, problems);
    }

    private Duration each(Instant deadline) {
        Duration left = Duration.between(clock.instant(), deadline);
        Duration share = left.dividedBy((long) SHARE * programs.size());
        Duration least = share.isNegative() ? Duration.ZERO : share;
        return least.compareTo(limit) < 0 ? least : limit;
    }

    private EvidenceReference kept(byte[] bytes, Question question)
            throws VerificationException, BlobException {
        EvidenceFile file = EvidenceFile.parse(bytes);
        try {
            var _ =
                    file.evidence()
                            .verify(question.nonce(), TrustRoots.published(), clock.instant());
        } catch (VerificationException e) {
            if (e.code() != Code.UNKNOWN_ROOT) {
                throw e;
            }
        }
        return EvidenceReference.ofLease(
                file.kind(), blobs.put(bytes), question.lease(), question.checkpoint());
    }
}
