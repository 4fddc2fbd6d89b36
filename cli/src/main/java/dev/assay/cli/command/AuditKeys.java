package dev.assay.cli.command;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The keys that an audit is held to: those named, else those of the evidence folder around it. */
final class AuditKeys {
    private static final int MAX_VKEY_BYTES = 1024;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description =
                    "the signer's public key, for a bundle (default: from the evidence folder"
                            + " around it)")
    private @Nullable Path key;

    @Option(
            names = "--log-key",
            paramLabel = "VKEY|FILE",
            description =
                    "the log's verifier key, for a bundle or a log (default: from the evidence"
                            + " folder around it)")
    private @Nullable String logKey;

    boolean named() {
        return signerNamed() || logKey != null;
    }

    boolean signerNamed() {
        return key != null;
    }

    /** The log's key that was named. */
    Optional<LogVerifyingKey> logNamed() throws VerificationException {
        return logKey == null
                ? Optional.empty()
                : Optional.of(LogVerifyingKey.parse(text(logKey).strip()));
    }

    /** The log's key, for what lies in this directory. */
    LogVerifyingKey log(Optional<Path> folder) throws VerificationException {
        Optional<LogVerifyingKey> named = logNamed();
        if (named.isPresent()) {
            return named.get();
        }
        Optional<Path> found = folder.map(f -> f.resolve(EvidenceLayout.LOG_KEY));
        if (found.filter(Files::isRegularFile).isEmpty()) {
            throw new VerificationException(
                    Code.BAD_KEY, "say whose log it is: --log-key VKEY, or a file that holds it");
        }
        return LogVerifyingKey.parse(read(found.get()).strip());
    }

    /** The signer's key, for a bundle in this folder that names this one. */
    VerifyingKey signer(KeyId hint, Optional<Path> folder) throws VerificationException {
        if (key != null) {
            return PublicKeyFile.read(key);
        }
        for (String name :
                List.of(
                        EvidenceLayout.PROVIDER_KEY,
                        EvidenceLayout.TENANT_KEY,
                        EvidenceLayout.MARKET_KEY)) {
            Optional<Path> file = folder.map(f -> f.resolve(name)).filter(Files::isRegularFile);
            if (file.isPresent()) {
                VerifyingKey found = PublicKeyFile.read(file.get());
                if (found.keyId().equals(hint)) {
                    return found;
                }
            }
        }
        throw new VerificationException(
                Code.BAD_KEY,
                "say whose signature it must be: --key FILE with the public key; the bundle names "
                        + hint.hex());
    }

    private static String text(String keyOrFile) throws VerificationException {
        return keyOrFile.contains("+") && !Files.exists(LogPlace.path(keyOrFile))
                ? keyOrFile
                : read(LogPlace.path(keyOrFile));
    }

    private static String read(Path file) throws VerificationException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_VKEY_BYTES), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new VerificationException(
                    Code.IO,
                    "cannot read a log's key from "
                            + file
                            + ": "
                            + e
                            + "; name a file with it, or the key itself",
                    e);
        }
    }
}
