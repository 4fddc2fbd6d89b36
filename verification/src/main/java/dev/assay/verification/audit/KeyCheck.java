package dev.assay.verification.audit;

import dev.assay.verification.VerificationException;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.keys.KeyHistory;
import dev.assay.verification.keys.KeyPeriod;
import dev.assay.verification.keys.ValidKey;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.LoggedLeaf;
import dev.assay.verification.log.TlogProof;
import dev.assay.verification.log.VerifiedCheckpoint;
import dev.assay.verification.statement.KeyHolder;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which keys were valid where they signed, by the statements about keys in a folder. A folder with
 * any must have its provider's; tenant and market may go without.
 */
final class KeyCheck {
    private final IndexedFolder folder;
    private final LogVerifyingKey logKey;
    private final VerifiedCheckpoint checkpoint;
    private final List<Finding> findings;

    /**
     * A check of the statements that the log of this checkpoint holds.
     *
     * @param findings where it reports
     */
    KeyCheck(
            IndexedFolder folder,
            LogVerifyingKey logKey,
            VerifiedCheckpoint checkpoint,
            List<Finding> findings) {
        this.folder = folder;
        this.logKey = logKey;
        this.checkpoint = checkpoint;
        this.findings = findings;
    }

    /** Somebody who signs, the file of the key, and what was signed. */
    private record Party(
            KeyHolder.Role role, String file, VerifyingKey key, List<BundleCheck.Logged> signed) {}

    void run(LeaseHistory.Verified history) throws Halt {
        List<Long> indexes = folder.keyStatements();
        if (indexes.isEmpty()) {
            findings.add(
                    Finding.of(
                            Standing.NOT_PROVED,
                            "keys",
                            Clause.KEY_VALIDITY,
                            "that the keys were valid where they signed: the folder has no"
                                    + " statements about keys"));
            return;
        }
        KeyHistory keys = new KeyHistory(logKey.origin());
        for (long index : indexes) {
            take(keys, index);
        }
        keys.readTo(checkpoint.size());
        List<KeyHolder.Role> unknown = new ArrayList<>();
        for (Party party : parties(history)) {
            Optional<KeyPeriod> period = keys.period(party.key().keyId());
            if (period.isPresent() || party.role() == KeyHolder.Role.PROVIDER) {
                judge(keys, party);
            } else {
                unknown.add(party.role());
            }
        }
        limits(unknown);
    }

    private List<Party> parties(LeaseHistory.Verified history) {
        return List.of(
                party(history, KeyHolder.Role.PROVIDER, EvidenceLayout.PROVIDER_KEY),
                party(history, KeyHolder.Role.TENANT, EvidenceLayout.TENANT_KEY),
                party(history, KeyHolder.Role.MARKET, EvidenceLayout.MARKET_KEY));
    }

    private static Party party(LeaseHistory.Verified history, KeyHolder.Role role, String file) {
        VerifyingKey key =
                switch (role) {
                    case PROVIDER -> history.providerKey();
                    case TENANT, AUDITOR -> history.tenantKey();
                    case MARKET -> history.marketKey();
                };
        return new Party(
                role,
                file,
                key,
                history.statements().stream().filter(s -> s.key().equals(key)).toList());
    }

    /** Takes in a statement that the log holds; one that does not count is a finding. */
    private void take(KeyHistory keys, long index) throws Halt {
        String file = EvidenceLayout.keyStatement(index);
        String proofFile = EvidenceLayout.keyProof(index);
        Envelope envelope;
        VerifyingKey signer;
        try {
            envelope = Envelope.parse(folder.read(file));
            signer =
                    KeyHistory.claimedSigner(envelope)
                            .orElseThrow(
                                    () ->
                                            Halt.refuted(
                                                    file,
                                                    "statement.predicateType",
                                                    Clause.KEY_STATEMENT,
                                                    "is no statement about a key"));
        } catch (VerificationException e) {
            throw Halt.because(file, e);
        }
        try {
            LoggedLeaf logged =
                    TlogProof.parse(folder.read(proofFile))
                            .verify(LogLeaf.of(envelope, signer), logKey);
            if (logged.index() != index) {
                throw Halt.refuted(
                        proofFile,
                        "index",
                        Clause.KEY_STATEMENT,
                        "is " + logged.index() + ", not " + index + " as the file's name says");
            }
            if (!logged.checkpoint().root().equals(checkpoint.root())) {
                throw Halt.refuted(
                        proofFile,
                        Clause.CHECKPOINT,
                        "is of another checkpoint than the other proofs");
            }
        } catch (VerificationException e) {
            throw Halt.because(proofFile, e);
        }
        try {
            KeyPeriod _ = keys.append(index, envelope);
        } catch (VerificationException e) {
            findings.add(Finding.of(file, Clause.KEY_STATEMENT, e));
        }
    }

    private void judge(KeyHistory keys, Party party) {
        for (BundleCheck.Logged signed : party.signed()) {
            String file = EvidenceLayout.statement(signed.name());
            try {
                ValidKey valid = keys.require(party.key().keyId(), signed.proof().index());
                if (valid.holder().role() != party.role()) {
                    findings.add(
                            Finding.of(
                                    Standing.REFUTED,
                                    party.file(),
                                    Clause.KEY_VALIDITY,
                                    "is the key of "
                                            + valid.holder()
                                            + ", which signs here as "
                                            + word(party.role())));
                    return;
                }
            } catch (VerificationException e) {
                findings.add(Finding.of(file, Clause.KEY_VALIDITY, e));
                return;
            }
        }
        findings.add(
                Finding.of(
                        Standing.PROVED,
                        party.file(),
                        Clause.KEY_VALIDITY,
                        "the key of "
                                + keys.period(party.key().keyId()).orElseThrow().holder()
                                + " was valid at the log index of each of its "
                                + party.signed().size()
                                + " statements, by what key-statements/ holds"));
    }

    private void limits(List<KeyHolder.Role> unknown) {
        findings.add(
                Finding.of(
                        Standing.NOT_PROVED,
                        "keys",
                        Clause.KEY_VALIDITY,
                        "that the log holds no other statement about these keys, such as a"
                                + " revocation: its entries are digests"));
        if (!unknown.isEmpty()) {
            findings.add(
                    Finding.of(
                            Standing.NOT_PROVED,
                            "keys",
                            Clause.KEY_VALIDITY,
                            "that the keys of "
                                    + String.join(
                                            " and ", unknown.stream().map(KeyCheck::word).toList())
                                    + " were valid where they signed: no statement registers"
                                    + " them"));
        }
    }

    private static String word(KeyHolder.Role role) {
        return role.name().toLowerCase(java.util.Locale.ROOT);
    }
}
