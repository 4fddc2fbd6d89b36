package dev.assay.cli.command;

import dev.assay.cli.keys.KeyMaker;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

import java.nio.file.Path;
import java.util.Objects;

/** Where a new key comes from, and how it is kept. */
final class NewKeyOptions {
    @Spec(Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--import",
            paramLabel = "FILE",
            description = "take this P-256 key in PKCS#8 (PEM or DER) instead of a new one")
    private @Nullable Path imported;

    @Option(
            names = "--no-passphrase",
            description = "do not encrypt it: whoever reads the file has the key")
    private boolean noPassphrase;

    @Option(
            names = "--pkcs11",
            paramLabel = "CONFIG",
            description = "use a key of a PKCS#11 token; CONFIG is as for Java's SunPKCS11")
    private @Nullable Path config;

    @Option(names = "--alias", paramLabel = "NAME", description = "which key of the token")
    private @Nullable String alias;

    /** Whether only a new key in a file is asked for. */
    boolean plain() {
        return imported == null && config == null && alias == null;
    }

    boolean encrypted() {
        return !noPassphrase;
    }

    KeyMaker.Wish wish() {
        if (config != null || alias != null) {
            if (config == null || alias == null) {
                throw mistake("--pkcs11 and --alias: give both, or neither");
            }
            if (imported != null || noPassphrase) {
                throw mistake(
                        "--pkcs11: a token's key is neither imported nor encrypted here; leave "
                                + (imported != null ? "--import" : "--no-passphrase")
                                + " out");
            }
            return new KeyMaker.InToken(config, alias);
        }
        return imported == null
                ? new KeyMaker.Generated(encrypted())
                : new KeyMaker.Imported(imported, encrypted());
    }

    ParameterException mistake(String message) {
        return new ParameterException(Objects.requireNonNull(command).commandLine(), message);
    }
}
