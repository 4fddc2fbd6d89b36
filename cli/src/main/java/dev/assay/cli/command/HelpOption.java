package dev.assay.cli.command;

import picocli.CommandLine.Option;

/** The option {@code --help} of every command. */
public final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;
}
