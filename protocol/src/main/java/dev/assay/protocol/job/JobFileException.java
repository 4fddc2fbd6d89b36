package dev.assay.protocol.job;

import java.util.List;

/** A job file with mistakes; every mistake found is listed with file, line and column. */
public final class JobFileException extends Exception {
    private final List<String> problems;

    public JobFileException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** One line a mistake: {@code FILE:LINE:COLUMN: what is wrong; what to do}. */
    public List<String> problems() {
        return problems;
    }
}
