package dev.assay.verification.attacks;

import dev.assay.verification.audit.Finding.Standing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** docs/attacks.md: an introduction by hand, then one table an input, made from the files. */
final class AttackPage {
    private static final String TABLES = "\n## The attacks\n";

    private AttackPage() {}

    static String read() throws IOException {
        return Files.readString(page());
    }

    /** Puts the tables of these attacks in the place of those that are there. */
    static void write(List<Attack> attacks) throws IOException {
        String old = read();
        Files.writeString(page(), old.substring(0, old.indexOf(TABLES)) + tables(attacks));
    }

    /** The end of the page. */
    static String tables(List<Attack> attacks) {
        StringBuilder page = new StringBuilder(TABLES);
        page.append(
                "\n%,d files, of which each must produce one finding and no other.\n"
                        .formatted(attacks.size()));
        for (Input input : Input.values()) {
            page.append("\n### ")
                    .append(title(input))
                    .append("\n\n")
                    .append("| attack | who can do it | what is changed | finding | caught by |\n")
                    .append("| --- | --- | --- | --- | --- |\n");
            attacks.stream()
                    .filter(attack -> attack.input() == input)
                    .forEach(attack -> page.append(row(attack)));
        }
        return page.toString();
    }

    private static String row(Attack attack) {
        Expected expected = attack.expected();
        StringBuilder finding = new StringBuilder("`" + expected.clause() + "`");
        if (!expected.file().isEmpty()) {
            finding.append(" in `").append(expected.file()).append('`');
        }
        if (!expected.field().isEmpty()) {
            finding.append(" at `").append(field(expected.field())).append('`');
        }
        if (expected.standing() == Standing.UNCHECKED) {
            finding.append(", could not be checked");
        }
        if (!expected.says().isBlank()) {
            finding.append(": ").append(expected.says().strip()).append(" …");
        }
        return "| "
                + List.of(
                                attack.name(),
                                attack.attacker(),
                                attack.change(),
                                finding.toString(),
                                "`" + expected.caughtBy() + "`")
                        .stream()
                        .map(cell -> cell.replace("|", "\\|"))
                        .collect(Collectors.joining(" | "))
                + " |\n";
    }

    /** Deeply nested places are cut. */
    private static String field(String field) {
        return field.length() <= 90 ? field : field.substring(0, 60) + "…";
    }

    private static String title(Input input) {
        String words = input.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return switch (input) {
            case KEYS -> "Histories of keys";
            case LOG -> "Log directories";
            case SEEN_LOG -> "Log directories after one that was seen";
            case FOLDER -> "Evidence folders";
            case HISTORY -> "Histories of providers";
            case SEEN_HISTORY -> "Histories of providers after one that was seen";
            case CONSISTENCY -> "Checkpoints after one that was seen";
            case WITNESS -> "Requests to a witness";
            case STATEMENT, ENVELOPE, BUNDLE, CHECKPOINT, PROOF, PUBLIC_KEY, LOG_KEY ->
                    Character.toUpperCase(words.charAt(0)) + words.substring(1) + "s";
        };
    }

    private static Path page() {
        return Path.of(System.getProperty("assay.root"), "docs", "attacks.md");
    }
}
