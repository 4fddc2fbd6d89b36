package dev.assay.cli.console;

import dev.assay.cli.tenant.RunEvent;
import dev.assay.protocol.market.Output;
import dev.assay.protocol.market.OutputLine;

/** What containers write, line by line, and the end of a shell in one. Not thread-safe. */
record OutputText(Terminal terminal, LabelledLines lines) {
    /**
     * Writes the lines, each with its stream and, in an array, its container's index.
     *
     * @param array whether there is more than one container
     */
    void wrote(Output output, boolean array) {
        if (output.dropped() > 0) {
            lines.say(
                    terminal.warning("log"),
                    Words.count(output.dropped(), "line")
                            + " not shown: too much at a time; the kept log has them");
        }
        for (OutputLine line : output.lines()) {
            String stream =
                    switch (line.stream()) {
                        case OUT -> "out";
                        case ERR -> "err";
                    };
            String label = array ? stream + " " + line.index() : stream;
            lines.say(
                    line.stream() == OutputLine.Stream.OUT ? label : terminal.bad(label),
                    Words.harmless(line.text()));
        }
    }

    void shellEnded(RunEvent.ShellEnded shell) {
        lines.say(
                "shell",
                shell.exitCode() >= 0
                        ? "ended with exit code " + shell.exitCode()
                        : terminal.bad("ended") + ": " + Words.harmless(shell.detail()));
    }
}
