package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.PROVIDER;
import static dev.assay.verification.attacks.Attack.TENANT;
import static dev.assay.verification.attacks.Attack.THIEF;

import dev.assay.verification.VerificationException;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.crypto.FixedKeys;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.keys.KeyStatements;
import dev.assay.verification.statement.KeyHolder;
import dev.assay.verification.statement.KeyHolder.Role;
import dev.assay.verification.statement.KeyRevokePredicate.Reason;

import java.util.Objects;

/**
 * Folders in which a key signs where the log's statements about keys say that it does not count.
 */
final class FolderKeyAttacks {
    private static final KeyStatements STATEMENTS =
            new KeyStatements(Parties.ORIGIN, () -> Tale.NOW);
    private static final KeyHolder ALDER = new KeyHolder(Role.PROVIDER, "alder");
    private static final SigningKey SECOND = FixedKeys.signing("second");
    private static final SigningKey RECOVERY = FixedKeys.signing("recovery");

    private FolderKeyAttacks() {}

    /** The tale in which the provider's key was registered first of all. */
    static Tale registered() throws VerificationException {
        return new Tale().keyBefore(EvidenceLayout.ORDER, register(ALDER), Parties.PROVIDER);
    }

    static void add(FolderAttacks folders) throws VerificationException {
        Envelope revoke = STATEMENTS.revoke(Parties.PROVIDER.keyId(), Reason.COMPROMISED, RECOVERY);
        folders.onKeys(
                "revoked-key",
                THIEF,
                "the result is signed by a key that was revoked",
                new TaleFolder(registered().keyBefore(EvidenceLayout.RESULT, revoke, RECOVERY)),
                in(EvidenceLayout.RESULT, "of provider alder was revoked at log index"));
        folders.onKeys(
                "rotated-out-key",
                THIEF,
                "a receipt is signed by a key that another replaced",
                new TaleFolder(
                        registered().keyBefore(Tale.LAST_RECEIPT, rotate(100), Parties.PROVIDER)),
                in(Tale.LAST_RECEIPT, "of provider alder was rotated away at log index"));
        folders.onKeys(
                "expired-rotation",
                "anyone who held it back",
                "a rotation is logged after it expired",
                new TaleFolder(
                        registered().keyBefore(Tale.LAST_RECEIPT, rotate(3), Parties.PROVIDER)),
                FolderAttacks.at(
                        EvidenceLayout.keyStatement(6),
                        "",
                        "key-statement",
                        "the rotation expired at log index 3"));
        folders.onKeys(
                "registered-too-late",
                PROVIDER,
                "the key is registered when it has signed a receipt",
                new TaleFolder(
                        new Tale()
                                .keyBefore(
                                        EvidenceLayout.receipt(1),
                                        register(ALDER),
                                        Parties.PROVIDER)),
                in(EvidenceLayout.receipt(0), "was not registered in log"));
        folders.onKeys(
                "never-registered",
                PROVIDER,
                "only somebody else's key is registered",
                new TaleFolder(
                        new Tale()
                                .keyBefore(
                                        EvidenceLayout.ORDER,
                                        STATEMENTS.register(ALDER, SECOND, RECOVERY.keyId()),
                                        SECOND)),
                in(EvidenceLayout.receipt(0), "was not registered in log"));
        folders.onKeys(
                "key-of-another-role",
                TENANT,
                "a tenant's key signs as the provider's",
                new TaleFolder(
                        new Tale()
                                .keyBefore(
                                        EvidenceLayout.ORDER,
                                        register(new KeyHolder(Role.TENANT, "birch")),
                                        Parties.PROVIDER)),
                FolderAttacks.at(
                        EvidenceLayout.PROVIDER_KEY,
                        "",
                        "key-validity",
                        "is the key of tenant birch, which signs here as provider"));
        TaleFolder moved = new TaleFolder(registered());
        moved.files.put(
                EvidenceLayout.keyStatement(0),
                Objects.requireNonNull(moved.files.remove(EvidenceLayout.keyStatement(1))));
        moved.files.put(
                EvidenceLayout.keyProof(0),
                Objects.requireNonNull(moved.files.remove(EvidenceLayout.keyProof(1))));
        folders.onKeys(
                "registration-backdated",
                TENANT,
                "the registration is said to be another entry of the log",
                moved,
                FolderAttacks.at(
                        EvidenceLayout.keyProof(0), "index", "key-statement", "is 1, not 0"));
    }

    private static Envelope register(KeyHolder holder) throws VerificationException {
        return STATEMENTS.register(holder, Parties.PROVIDER, RECOVERY.keyId());
    }

    private static Envelope rotate(long expires) throws VerificationException {
        return STATEMENTS.rotate(
                Parties.PROVIDER.keyId(), SECOND, Parties.PROVIDER, RECOVERY.keyId(), expires);
    }

    private static Expected in(String statement, String says) {
        return FolderAttacks.in(statement, "", "key-validity", says);
    }
}
