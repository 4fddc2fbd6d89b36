package dev.assay.cli.command;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.util.Objects;
import java.util.concurrent.Callable;

/** A command that is nothing but its subcommands; by itself it shows its help. */
abstract class CommandGroup implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Spec private @Nullable CommandSpec spec;

    @Override
    public final Integer call() {
        Objects.requireNonNull(spec).commandLine().usage(System.out);
        return ExitCode.OK;
    }
}
