package dev.assay.cli.command;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.hardware.EvidenceNonce;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.SignedNote;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;

/** What the nonce of hardware evidence is derived from. */
final class NonceOptions {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(names = "--lease", paramLabel = "ID", description = "evidence of this lease")
    private @Nullable String lease;

    @Option(
            names = "--statement",
            paramLabel = "DIGEST",
            description = "or of the statement with this SHA-256")
    private @Nullable String statement;

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "not older than this log checkpoint, as a log serves it")
    private @Nullable Path checkpoint;

    /** The nonce, when all that it is derived from was given. */
    EvidenceNonce derived() throws VerificationException {
        if (checkpoint == null || (lease == null) == (statement == null)) {
            throw bad("name --checkpoint FILE, and either --lease ID or --statement DIGEST");
        }
        LogCheckpoint read =
                SignedNote.parse(BoundedFile.read(checkpoint, SignedNote.MAX_BYTES)).checkpoint();
        return lease != null
                ? EvidenceNonce.ofLease(parsed("--lease", lease, LeaseId::parse), read)
                : EvidenceNonce.ofStatement(
                        parsed("--statement", Objects.requireNonNull(statement), Digest::parse),
                        read);
    }

    /** Whether any of the options was given. */
    boolean isGiven() {
        return lease != null || statement != null || checkpoint != null;
    }

    /** Reads an option's value, which is refused as a bad command line. */
    <T> T parsed(String option, String text, Function<String, T> reader) {
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException e) {
            throw bad(option + ": " + e.getMessage());
        }
    }

    ParameterException bad(String message) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
    }
}
