package dev.assay.verification.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.id.Digest;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The files are what their generator writes, each with an expectation, and no two the same. */
final class AttackFilesTest {
    private static final long MOST_BYTES = 1_200_000;

    private static final AttackFiles FILES = AttackFiles.ofTheProject();

    /** Only when asked for: the files are written again, and what changed is in the diff. */
    @BeforeAll
    static void writeThem() throws Exception {
        if (System.getProperty("assay.attacks", "").equals("write")) {
            Generator.write(FILES.root());
            AttackPage.write(FILES.attacks());
        }
    }

    @Test
    void files_generatedAgain_areTheSame() throws Exception {
        Map<String, byte[]> kept = AttackFiles.tree(FILES.root());
        Map<String, byte[]> generated = Generator.files();
        assertThat(kept.keySet())
                .as("written again with -Dassay.attacks=write")
                .isEqualTo(generated.keySet());
        for (Map.Entry<String, byte[]> file : generated.entrySet()) {
            assertThat(AttackFiles.contents(file.getKey(), kept.get(file.getKey())))
                    .as(file.getKey())
                    .isEqualTo(AttackFiles.contents(file.getKey(), file.getValue()));
        }
    }

    @Test
    void everyFile_hasAnExpectationAndEveryExpectationAFile() throws Exception {
        List<Attack> attacks = FILES.attacks();
        for (Input input : Input.values()) {
            Set<String> expected =
                    attacks.stream()
                            .filter(attack -> attack.input() == input)
                            .map(Attack::name)
                            .collect(Collectors.toCollection(TreeSet::new));
            Set<String> there =
                    FILES.names(input).stream()
                            .filter(name -> !name.endsWith(AttackFiles.EXPECTED))
                            .filter(name -> !name.startsWith(AttackFiles.HONEST))
                            .map(name -> name.replace(".gz", "").replace(input.ending(), ""))
                            .collect(Collectors.toCollection(TreeSet::new));
            assertThat(there).as(input.folder()).isEqualTo(expected);
        }
        assertThat(attacks).allMatch(attack -> !attack.expected().says().isBlank());
        assertThat(attacks).hasSizeGreaterThanOrEqualTo(40);
    }

    @Test
    void noTwoFiles_areTheSame() throws Exception {
        Map<Digest, String> known = new HashMap<>();
        for (Attack attack : FILES.attacks()) {
            Digest digest = Digest.sha256(FILES.read(attack.input(), attack.name()));
            assertThat(known.put(digest, attack.toString())).as(attack.toString()).isNull();
        }
    }

    @Test
    void page_showsEveryAttackAsItsFileSays() throws Exception {
        assertThat(AttackPage.read()).endsWith(AttackPage.tables(FILES.attacks()));
    }

    @Test
    void files_together_areSmall() throws Exception {
        long bytes =
                AttackFiles.tree(FILES.root()).values().stream().mapToLong(f -> f.length).sum();
        assertThat(bytes).isLessThan(MOST_BYTES);
    }
}
