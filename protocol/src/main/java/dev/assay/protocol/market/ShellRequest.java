package dev.assay.protocol.market;

import java.util.List;

/**
 * What a tenant asks for when it opens a shell: a process of its own, behind a terminal, in one of
 * its containers.
 *
 * @param index of the container in its array; it may not run yet
 * @param command program and arguments
 * @param columns of the terminal, in characters
 */
public record ShellRequest(int index, List<String> command, int columns, int rows) {
    private static final int MAX_WORDS = 64;
    private static final int MAX_LENGTH = 1 << 12;

    public ShellRequest {
        command = List.copyOf(command);
        if (index < 0
                || command.isEmpty()
                || command.size() > MAX_WORDS
                || command.stream().mapToInt(String::length).sum() > MAX_LENGTH
                || command.stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
            throw new IllegalArgumentException(
                    "a shell needs an index ≥ 0 and a command of at most "
                            + MAX_WORDS
                            + " words and "
                            + MAX_LENGTH
                            + " characters");
        }
        ShellInput.requireTerminal(columns, rows);
    }
}
