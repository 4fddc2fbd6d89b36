package dev.assay.verification.history;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where things lie in the history of a provider; docs/formats/history.md describes each.
 *
 * <pre>
 * history.json       whose history, in which log, with which market
 * log.vkey           the log's verifier key
 * keys.pem           the public keys of everybody who signed a statement
 * statements.jsonl   the statements in the order of the log, one a line
 * log/               the log's own files: checkpoint and tile/ (absent when history.json has a URL)
 * </pre>
 */
public final class HistoryLayout {
    public static final String INDEX = "history.json";
    public static final String LOG_KEY = "log.vkey";
    public static final String KEYS = "keys.pem";
    public static final String STATEMENTS = "statements.jsonl";
    public static final String LOG = "log";

    private HistoryLayout() {}

    /** Whether a folder is such a history, whole or not. */
    public static boolean isPresent(Path folder) {
        return Files.exists(folder.resolve(INDEX)) || Files.exists(folder.resolve(STATEMENTS));
    }

    /** A line of the statements, for people: the first line is 1. */
    static String line(long number) {
        return STATEMENTS + ":" + number;
    }
}
