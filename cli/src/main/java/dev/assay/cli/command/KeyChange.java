package dev.assay.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.cli.keys.HomeKeys;
import dev.assay.cli.keys.KeyCeremony;
import dev.assay.cli.keys.KeyJournal;
import dev.assay.cli.keys.Passphrases;
import dev.assay.cli.network.AssayHome;
import dev.assay.cli.network.HomeException;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.verification.VerificationException;

import java.security.SecureRandom;
import java.time.InstantSource;

/** A change to the keys of the home, in its log. */
final class KeyChange {
    private KeyChange() {}

    /** What a command changes. */
    @FunctionalInterface
    interface Change {
        KeyJournal.Entry make(KeyCeremony ceremony) throws VerificationException;
    }

    /** Opens the home and its log for one change. */
    static KeyJournal.Entry make(Passphrases passphrases, Change change)
            throws VerificationException, HomeException {
        try (AssayHome home = AssayHome.open(AssayHome.defaultRoot());
                HomeKeys keys = new HomeKeys(home.root(), passphrases, new SecureRandom());
                KeyJournal journal = KeyJournal.open(home.market(), keys.logKey())) {
            return change.make(new KeyCeremony(keys, journal, InstantSource.system()));
        }
    }

    /** Says what was logged. */
    static void print(String what, KeyJournal.Entry entry, boolean json) {
        if (json) {
            ObjectNode line =
                    CanonicalJson.object()
                            .put("change", what)
                            .put("keyId", entry.period().key().keyId().hex())
                            .put("role", entry.period().holder().role().name())
                            .put("name", entry.period().holder().name())
                            .put("log", HomeKeys.LOG_ORIGIN)
                            .put("index", Long.toString(entry.index()));
            System.out.println(line);
        } else {
            System.out.println(
                    "%-11s %s  %s"
                            .formatted(
                                    what,
                                    entry.period().key().keyId().brief(),
                                    KeyLines.standing(entry.period())));
        }
    }
}
