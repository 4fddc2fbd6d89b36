package dev.assay.cli.network;

import dev.assay.cli.keys.HomeKeys;
import dev.assay.cli.keys.KeyCeremony;
import dev.assay.cli.keys.KeyJournal;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.KeyFile;
import dev.assay.verification.log.Publication;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;

/**
 * Has a home's log hold the keys of its providers before they sign anything else, so that evidence
 * proves them valid. Those that are registered already stay as they are.
 */
record ProviderKeys(AssayHome home, HomeKeys keys, InstantSource clock, SecureRandom random) {
    /**
     * Registers what is not registered yet, while nobody else writes to the log.
     *
     * @param publication how the log shows its checkpoints
     * @param names of the keys
     * @return all that the log holds about keys
     */
    List<LoggedEnvelope> register(Publication publication, List<String> names)
            throws VerificationException {
        try (KeyJournal journal = KeyJournal.open(home.market(), keys.logKey(), publication)) {
            KeyCeremony ceremony = new KeyCeremony(keys, journal, clock);
            for (String name : names) {
                KeyId key = keys.signingKey(name).keyId();
                if (journal.history().period(key).isEmpty()) {
                    KeyJournal.Entry _ = ceremony.register(name, recoveryKey());
                }
            }
            return journal.statements();
        }
    }

    /** The recovery key of what is registered here; its owner may name another one with it. */
    private KeyId recoveryKey() throws VerificationException {
        return new KeyFile(home.keys().resolve("recovery").resolve("local.pem"))
                .signingKey(random)
                .keyId();
    }
}
