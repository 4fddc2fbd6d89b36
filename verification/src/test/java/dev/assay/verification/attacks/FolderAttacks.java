package dev.assay.verification.attacks;

import dev.assay.verification.VerificationException;
import dev.assay.verification.attacks.Generator.Twin;
import dev.assay.verification.audit.EvidenceLayout;

import java.util.Map;
import java.util.TreeMap;

/** What attacks on evidence folders share: the honest folder, and how a changed one is kept. */
final class FolderAttacks {
    /** The honest folder with bundles. */
    private static final String BUNDLED = AttackFiles.HONEST + "-bundled";

    /** The honest folder with what the log holds of the provider's key. */
    private static final String KEYED = AttackFiles.HONEST + "-keyed";

    private final Map<String, byte[]> honest;
    private final Map<String, byte[]> honestKeyed;
    private final Twin keyed;
    private final Map<String, byte[]> honestBundled;
    private final Twin plain;
    private final Twin bundled;

    private FolderAttacks(Generator generator) throws VerificationException {
        this.honest = new TaleFolder(new Tale()).sign().files;
        this.honestBundled = new TaleFolder(new Tale()).bundled().sign().files;
        generator
                .honest(Input.FOLDER, AttackFiles.HONEST, honest)
                .honest(Input.FOLDER, BUNDLED, honestBundled);
        this.honestKeyed = new TaleFolder(FolderKeyAttacks.registered()).sign().files;
        generator.honest(Input.FOLDER, KEYED, honestKeyed);
        this.keyed = generator.from(Input.FOLDER, KEYED);
        this.plain = generator.from(Input.FOLDER, AttackFiles.HONEST);
        this.bundled = generator.from(Input.FOLDER, BUNDLED);
    }

    static void add(Generator generator) throws VerificationException {
        FolderAttacks attacks = new FolderAttacks(generator);
        OutsiderAttacks.add(attacks);
        ReceiptAttacks.add(attacks);
        ResultAttacks.add(attacks);
        PartyAttacks.add(attacks);
        TenantAttacks.add(attacks);
        FolderKeyAttacks.add(attacks);
    }

    /** The honest folder's files, to change. */
    Map<String, byte[]> files() {
        return new TreeMap<>(honest);
    }

    /** An attack on the folder without bundles. */
    void attack(
            String name, String who, String change, Map<String, byte[]> files, Expected expected) {
        plain.attack(name, who, change, patch(honest, files), expected);
    }

    /** The same of a folder for which the tenant, who may be in it, signs as it is. */
    void attack(String name, String who, String change, TaleFolder folder, Expected expected) {
        attack(name, who, change, folder.sign().files, expected);
    }

    /** An attack by a party that changes one value of a statement before it is signed. */
    void lie(
            String who,
            String name,
            String change,
            String document,
            String pointer,
            Object value,
            Expected expected) {
        attack(
                name,
                who,
                change,
                new TaleFolder(new Tale().lie(document, pointer, value)),
                expected);
    }

    /** An attack on the folder with bundles. */
    void onBundles(String name, String who, String change, TaleFolder folder, Expected expected) {
        bundled.attack(name, who, change, patch(honestBundled, folder.sign().files), expected);
    }

    /** An attack on the folder with statements about keys. */
    void onKeys(String name, String who, String change, TaleFolder folder, Expected expected) {
        keyed.attack(name, who, change, patch(honestKeyed, folder.sign().files), expected);
    }

    private static byte[] patch(Map<String, byte[]> before, Map<String, byte[]> after) {
        return Patch.between(before, after).bytes();
    }

    /** What an audit finds in a statement. */
    static Expected in(String statement, String field, String clause, String says) {
        return at(EvidenceLayout.statement(statement), field, clause, says);
    }

    /** What an audit finds in a file. */
    static Expected at(String file, String field, String clause, String says) {
        return new Expected("FolderAudit.audit", file, field, clause, says);
    }
}
