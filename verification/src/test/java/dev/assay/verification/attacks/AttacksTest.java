package dev.assay.verification.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Every attack is caught as its file says it must be, and for nothing else. */
final class AttacksTest {
    private static final AttackFiles FILES = AttackFiles.ofTheProject();

    @TempDir private Path scratch;

    static List<Attack> attacks() throws IOException {
        return FILES.attacks();
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void attack_judged_isTheOneFindingThatIsExpected(Attack attack) throws Exception {
        List<Expected> found = new Judge(FILES, scratch).judge(attack.input(), attack.name());
        assertThat(found).as("found in %s; expected %s", attack, attack.expected()).hasSize(1);
        assertThat(attack.expected().isMetBy(found.getFirst()))
                .as("%s: found %s; expected %s", attack, found.getFirst(), attack.expected())
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(Input.class)
    void honestTwins_judged_pass(Input input) throws Exception {
        Set<String> twins = new TreeSet<>();
        for (Attack attack : FILES.attacks()) {
            if (attack.input() == input) {
                twins.add(attack.twin());
            }
        }
        assertThat(twins).isNotEmpty();
        for (String twin : twins) {
            assertThat(new Judge(FILES, scratch).judge(input, twin)).as(twin).isEmpty();
        }
    }
}
