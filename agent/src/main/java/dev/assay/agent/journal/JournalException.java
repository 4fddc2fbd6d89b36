package dev.assay.agent.journal;

/** The agent's journal cannot be read or written; the message names its file. */
public final class JournalException extends Exception {
    public JournalException(String message, Throwable cause) {
        super(message, cause);
    }
}
