package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code assay history} and the audit of one, each time in a process of its own. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class HistoryCommandTest {
    private static final int ROWS = 150;

    @TempDir private Path folder;

    @Test
    void history_ofAProviderThatWorkedTwice_passesUntilAStatementIsLeftOutOrChanged()
            throws Exception {
        Command assay = Command.in(folder.resolve("home"), folder);
        String job = Example.job(folder, ROWS).toString();
        for (int i = 0; i < 2; i++) {
            Command.Outcome run = assay.run("run", "--json", job);
            assertThat(run.exit()).as(run.out() + run.err()).isZero();
        }

        Command.Outcome export = assay.run("history", "export", "history");
        assertThat(export.exit()).as(export.out() + export.err()).isZero();
        Command.Outcome audit = assay.run("audit", "history");
        assertThat(audit.exit()).as(audit.out() + audit.err()).isZero();
        assertThat(audit.out()).contains("2, 2 settled, 0 open", "PASS");

        Path statements = folder.resolve("history/statements.jsonl");
        List<String> lines = Files.readAllLines(statements);
        Files.write(statements, lines.subList(0, lines.size() - 2));
        Command.Outcome less = assay.run("audit", "--json", "history");
        assertThat(less.exit()).as(less.out() + less.err()).isEqualTo(2);
        assertThat(less.out()).contains("\"INCONCLUSIVE\"", "\"lifecycle\"");

        lines.set(3, lines.get(3).replace("\"index\":\"3\"", "\"index\":\"2\""));
        Files.write(statements, lines);
        Command.Outcome changed = assay.run("audit", "history");
        assertThat(changed.exit()).isEqualTo(1);
        assertThat(changed.out()).contains("statements.jsonl:4", "log-order", "FAIL");
    }

    @Test
    void history_ofAProviderThatRotatedItsKey_isOneUnderAnyOfItsKeys() throws Exception {
        Command assay = Command.in(folder.resolve("home"), folder);
        String job = Example.job(folder, ROWS).toString();
        assertThat(assay.run("run", job).exit()).isZero();
        Command.Outcome before = assay.run("keys", "show", "--json", "provider-alder");
        String first = before.out().replaceAll("(?s).*\"keyId\":\"([0-9a-f]+)\".*", "$1");
        assertThat(assay.run("keys", "rotate", "--no-passphrase", "provider-alder").exit())
                .isZero();

        Command.Outcome rotated =
                assay.run("history", "export", "--provider", "provider-alder", "rotated");
        assertThat(rotated.exit()).as(rotated.out() + rotated.err()).isZero();
        assertThat(assay.run("run", job).exit()).isZero();
        Command.Outcome only = assay.run("history", "export", "only");
        assertThat(only.exit()).as(only.out() + only.err()).isZero();
        Command.Outcome old = assay.run("history", "export", "--provider", first, "old");
        assertThat(old.exit()).as(old.out() + old.err()).isZero();

        Path statements = Path.of("statements.jsonl");
        assertThat(folder.resolve("old").resolve(statements))
                .hasSameBinaryContentAs(folder.resolve("only").resolve(statements));
        Command.Outcome audit = assay.run("audit", "only");
        assertThat(audit.exit()).as(audit.out() + audit.err()).isZero();
        assertThat(audit.out()).contains("2, 2 settled, 0 open", "PASS");
    }

    /** The history is a stranger's: it is not to make the auditor's machine call anybody. */
    @Test
    void history_whoseLogIsElsewhere_isAuditedAgainstTheLogThatTheAuditorNames() throws Exception {
        Command assay = Command.in(folder.resolve("home"), folder);
        assertThat(assay.run("run", Example.job(folder, ROWS).toString()).exit()).isZero();
        assertThat(assay.run("history", "export", "history").exit()).isZero();
        Files.move(folder.resolve("history/log"), folder.resolve("elsewhere"));
        Path index = folder.resolve("history/history.json");
        Files.writeString(
                index,
                Files.readString(index).replace("{", "{\"logUrl\":\"http://log.invalid/2026\","));

        Command.Outcome unnamed = assay.run("audit", "history");
        assertThat(unnamed.exit()).isEqualTo(3);
        assertThat(unnamed.err()).contains("name it: --log http://log.invalid/2026");

        Command.Outcome named = assay.run("audit", "--log", "elsewhere", "history");
        assertThat(named.exit()).as(named.out() + named.err()).isZero();
        try (Stream<Path> seen = Files.walk(folder.resolve("home/auditor/checkpoints"))) {
            assertThat(seen.filter(Files::isRegularFile)).isNotEmpty();
        }
    }

    @Test
    void export_ofNothingOrOverSomething_saysWhatToDo() throws Exception {
        Command assay = Command.in(folder.resolve("home"), folder);
        Command.Outcome empty = assay.run("history", "export", "history");
        assertThat(empty.exit()).isEqualTo(3);
        assertThat(empty.err()).contains("it has one after an assay run");
        Files.createDirectory(folder.resolve("there"));
        Command.Outcome taken = assay.run("history", "export", "there");
        assertThat(taken.exit()).isEqualTo(3);
        assertThat(taken.err()).contains("name a new folder");
    }
}
