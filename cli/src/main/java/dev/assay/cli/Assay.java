package dev.assay.cli;

import dev.assay.cli.command.AuditCommand;
import dev.assay.cli.command.BenchCommand;
import dev.assay.cli.command.ExitCode;
import dev.assay.cli.command.HardwareCommand;
import dev.assay.cli.command.HelpOption;
import dev.assay.cli.command.HistoryCommand;
import dev.assay.cli.command.InspectCommand;
import dev.assay.cli.command.KeysCommand;
import dev.assay.cli.command.LogCommand;
import dev.assay.cli.command.RunCommand;
import dev.assay.cli.command.VersionCommand;
import dev.assay.cli.command.WitnessCommand;
import dev.assay.protocol.job.Spelling;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/** The {@code assay} command. */
@Command(
        name = "assay",
        header = "GPU work rented from strangers, and checked.%n",
        description = {
            "Assay rents out compute and proves what was done: providers run jobs and sign"
                    + " receipts, you replay a sample of the work bit for bit, and escrow pays for"
                    + " what stands up.",
            "",
            "Start with:  assay run examples/digits.yaml"
        },
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nState is kept under $ASSAY_HOME (default ~/.assay).%n",
        footer = {
            "Exit status: 0 done, 1 the work or evidence does not stand, 2 no conclusion, 3 could"
                    + " not run, 130 interrupted."
        },
        subcommands = {
            RunCommand.class,
            AuditCommand.class,
            HardwareCommand.class,
            InspectCommand.class,
            BenchCommand.class,
            KeysCommand.class,
            HistoryCommand.class,
            LogCommand.class,
            WitnessCommand.class,
            VersionCommand.class,
            HelpCommand.class
        })
public final class Assay implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Option(
            names = "-v",
            scope = ScopeType.INHERIT,
            description = "say more; -vv adds stack traces to errors")
    private boolean[] verbosity = {};

    /** Runs the command line and exits with its status. */
    public static void main(String[] args) {
        System.exit(execute(args));
    }

    /** Runs a command line; returns its exit status. */
    static int execute(String... args) {
        Assay assay = new Assay();
        return new CommandLine(assay)
                .setExecutionStrategy(
                        parsed -> {
                            assay.configureLogging();
                            return new CommandLine.RunLast().execute(parsed);
                        })
                .setExecutionExceptionHandler((e, _, _) -> assay.failed(e))
                .setParameterExceptionHandler((e, _) -> misused(e))
                .execute(args);
    }

    @Override
    public Integer call() {
        java.util.Objects.requireNonNull(spec).commandLine().usage(System.out);
        return ExitCode.OK;
    }

    private void configureLogging() {
        // Several threads log first: what SLF4J says of that is nothing the user can act on.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        System.setProperty(
                "assay.log",
                verbosity.length == 0 ? "ERROR" : verbosity.length == 1 ? "INFO" : "DEBUG");
    }

    private int failed(Exception e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        message.lines().forEach(line -> System.err.println("assay: " + line));
        if (verbosity.length > 1) {
            e.printStackTrace();
        }
        return ExitCode.ERROR;
    }

    private static int misused(ParameterException e) {
        CommandSpec command = e.getCommandLine().getCommandSpec();
        Optional<String> meant = Optional.empty();
        String mistake = e.getMessage();
        if (e instanceof UnmatchedArgumentException unmatched) {
            String word = unmatched.getUnmatched().getFirst();
            boolean option = word.startsWith("-");
            Set<String> known =
                    option ? command.optionsMap().keySet() : command.subcommands().keySet();
            meant = Spelling.nearest(word, known);
            mistake =
                    (option
                                    ? "unknown option '"
                                    : known.isEmpty() ? "unexpected '" : "unknown command '")
                            + word
                            + "'";
        }
        System.err.println("assay: " + mistake);
        System.err.println(
                "assay: "
                        + meant.map(word -> "did you mean '" + word + "'?")
                                .orElse("try '" + command.qualifiedName() + " --help'"));
        return ExitCode.ERROR;
    }
}
