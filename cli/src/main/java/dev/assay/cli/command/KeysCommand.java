package dev.assay.cli.command;

import dev.assay.cli.network.AssayHome;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.KeyFile;
import dev.assay.verification.crypto.VerifyingKey;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** {@code assay keys}: the public side of the keys in the home directory. */
@Command(
        name = "keys",
        header = "List the keys that sign for you",
        description = {
            "",
            "Lists the keys that sign for you: one for each role on this machine. A key's id is"
                    + " the",
            "SHA-256 of its public part; it is what leases, receipts and audits name. Keys are made"
                    + " on",
            "first use and never leave the home directory; this shows public parts only."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay keys --pem      with the public keys, to hand to somebody who checks your"
                    + " evidence"
        })
public final class KeysCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    private static final String LOG_KEY = "log.pem";

    @Option(names = "--pem", description = "print the public keys as well")
    private boolean pem;

    @Option(names = "--json", description = "print one JSON object a key")
    private boolean json;

    @Override
    public Integer call() throws VerificationException, IOException {
        Path keys = AssayHome.defaultRoot().resolve("keys");
        if (!Files.isDirectory(keys)) {
            System.out.println("no keys yet in " + keys + "; they are made by the first assay run");
            return ExitCode.OK;
        }
        for (Path file : files(keys)) {
            print(file);
        }
        return ExitCode.OK;
    }

    private void print(Path file) throws VerificationException {
        VerifyingKey key = new KeyFile(file).existingSigningKey().verifyingKey();
        String role = file.getFileName().toString().replace(".pem", "");
        if (json) {
            System.out.println(
                    CanonicalJson.object()
                            .put("role", role)
                            .put("keyId", key.keyId().hex())
                            .put("publicKey", key.toPem()));
        } else {
            System.out.printf(Locale.ROOT, "%-18s %s%n", role, key.keyId().hex());
            if (pem) {
                System.out.print(key.toPem());
            }
        }
    }

    private static List<Path> files(Path keys) throws IOException {
        try (Stream<Path> files = Files.list(keys)) {
            return files.filter(file -> file.toString().endsWith(".pem") && !file.endsWith(LOG_KEY))
                    .sorted()
                    .toList();
        }
    }
}
