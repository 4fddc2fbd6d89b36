package dev.assay.verification.referees;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.verification.audit.EvidenceWriter;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The commands in the readme of every evidence folder. */
public final class Readme {
    private static final Pattern COMMANDS = Pattern.compile("(?s)```sh\n(.*?)```");
    private static final Pattern SCRIPT =
            Pattern.compile("(?s)cat > verify.js << 'END'\n(.*?)\nEND\n");

    private Readme() {}

    /** The text that is written into folders. */
    public static String text() throws IOException {
        try (InputStream in = EvidenceWriter.class.getResourceAsStream("evidence-README.md")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
        }
    }

    /** The one block of commands with these words. */
    public static String commands(String readme, String words) {
        List<String> blocks =
                COMMANDS.matcher(readme)
                        .results()
                        .map(block -> block.group(1))
                        .filter(block -> block.contains(words))
                        .toList();
        if (blocks.size() != 1) {
            throw new AssertionError(blocks.size() + " blocks of commands with " + words);
        }
        return blocks.getFirst();
    }

    /** The script for Node. */
    static String script() throws IOException {
        List<MatchResult> scripts = SCRIPT.matcher(text()).results().toList();
        if (scripts.size() != 1) {
            throw new AssertionError(scripts.size() + " scripts");
        }
        return scripts.getFirst().group(1);
    }
}
