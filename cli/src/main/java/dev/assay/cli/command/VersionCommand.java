package dev.assay.cli.command;

import dev.assay.protocol.json.CanonicalJson;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.concurrent.Callable;

/** {@code assay version}: which Assay this is, and what it runs on. */
@Command(name = "version", header = "Print the version of Assay and of its Java")
public final class VersionCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Override
    public Integer call() {
        String java =
                System.getProperty("java.vm.name")
                        + " "
                        + System.getProperty("java.runtime.version");
        System.out.println(
                json
                        ? CanonicalJson.object()
                                .put("version", version())
                                .put("java", java)
                                .toString()
                        : "assay " + version() + "\n" + java);
        return ExitCode.OK;
    }

    private static String version() {
        try (InputStream in =
                VersionCommand.class.getResourceAsStream("/dev/assay/cli/version.properties")) {
            Properties properties = new Properties();
            properties.load(
                    java.util.Objects.requireNonNull(
                            in, "version.properties is missing from the program"));
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
