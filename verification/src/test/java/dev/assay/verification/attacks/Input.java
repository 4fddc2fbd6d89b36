package dev.assay.verification.attacks;

import java.util.Locale;

/** What a file of an attack is, and so which entry points judge it. */
public enum Input {
    /** The payload of an envelope. */
    STATEMENT(".json"),
    /** A provider's receipt in its envelope. */
    ENVELOPE(".dsse.json"),
    /** The same receipt in a Sigstore bundle. */
    BUNDLE(".sigstore.json"),
    /** A log's signed checkpoint. */
    CHECKPOINT(".note"),
    /** The proof that the log holds that receipt. */
    PROOF(".tlog-proof"),
    /** An attestation key. */
    PUBLIC_KEY(".pem"),
    /** A log's key. */
    LOG_KEY(".vkey"),
    /** A newer checkpoint and the proof that it grew from the one that was seen before. */
    CONSISTENCY(".add-checkpoint"),
    /** A request to a witness that has cosigned a checkpoint before. */
    WITNESS(".add-checkpoint"),
    /** Entries of a log, one envelope a line: key statements, and receipts under those keys. */
    KEYS(".jsonl"),
    /** A log's directory, as what differs from the honest one. */
    LOG(".patch.json"),
    /** A log's directory, shown to an auditor who has seen the honest log before. */
    SEEN_LOG(".patch.json"),
    /** An evidence folder, as what differs from the honest one. */
    FOLDER(".patch.json"),
    /** A provider's whole history, as what differs from the honest one. */
    HISTORY(".patch.json"),
    /** A history, shown to an auditor who has audited the honest one before. */
    SEEN_HISTORY(".patch.json");

    private final String ending;

    Input(String ending) {
        this.ending = ending;
    }

    /** The folder of its files. */
    public String folder() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The folder of the honest directories that its files differ from. */
    String twins() {
        return this == SEEN_HISTORY ? HISTORY.folder() : folder();
    }

    /** Whether it is a provider's history. */
    boolean isHistory() {
        return this == HISTORY || this == SEEN_HISTORY;
    }

    String ending() {
        return ending;
    }

    /** Whether a file of it says what differs from an honest directory. */
    boolean isPatch() {
        return ending.equals(".patch.json");
    }
}
