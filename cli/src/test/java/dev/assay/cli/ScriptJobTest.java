package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.models.script.ScriptBytes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Jobs whose model is a TorchScript file, from order to settled escrow and audited evidence. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class ScriptJobTest {
    private static final int ROWS = 150;

    @TempDir private Path folder;

    @Test
    void job_ofAScript_isRunReplayedAndItsEvidencePasses() throws Exception {
        Path home = folder.resolve("home");
        Command assay = Command.in(home, folder);
        Path job = job("return torch.mul(torch.slice(x, 1, 0, 3), 0.5)");

        Command.Outcome run = assay.run("run", "--json", job.toString());

        assertThat(run.exit()).as(run.out() + run.err()).isZero();
        assertThat(run.event("audited").path("method").asText()).isEqualTo("TOLERANT_REPLAY");
        assertThat(run.event("audited").path("outcome").asText()).isEqualTo("PASS");
        assertHalves(Path.of(run.event("result").path("predictions").asText()));
        Books.read(home).assertWhole();

        Path evidence = Path.of(run.event("ended").path("evidence").asText());
        Command.Outcome audit = assay.run("audit", "--replay", "all", evidence.toString());
        assertThat(audit.exit()).as(audit.out() + audit.err()).isZero();
        assertThat(audit.out()).contains("3 of 3 units replayed here came out the same");

        Path script = evidence.resolve("work/model.pt");
        byte[] changed = Files.readAllBytes(script);
        changed[changed.length / 2] ^= 1;
        Files.write(script, changed);
        Command.Outcome second = assay.run("audit", evidence.toString());
        assertThat(second.exit()).isEqualTo(1);
        assertThat(second.out()).contains("work/model.pt");
    }

    /** So deep an expression overflows the stack of PyTorch's own parser, which is native. */
    @Test
    void script_thatEndsItsRunner_isTheTenantsFault() throws Exception {
        Path home = folder.resolve("home");
        Path job = job("return torch.mul(x, " + "-".repeat(1_000_000) + "1.)");

        Command.Outcome run = Command.in(home, folder).run("run", "--json", job.toString());

        assertThat(run.exit()).as(run.out() + run.err()).isEqualTo(1);
        assertThat(run.event("ended").path("cause").asText()).isEqualTo("BAD_INPUT");
        assertThat(run.event("ended").path("fault").asText()).isEqualTo("TENANT");
        assertThat(run.event("ended").path("detail").asText())
                .startsWith("the TorchScript model 'model' ended its runner");
        Books.read(home).assertWhole();
    }

    private void assertHalves(Path table) throws Exception {
        List<String> lines = Files.readAllLines(table);
        assertThat(lines.getFirst()).isEqualTo("row,1,2,3");
        assertThat(lines).hasSize(ROWS + 1);
        for (int row = 0; row < ROWS; row++) {
            String[] numbers = Example.rows(ROWS).get(row).split(",", -1);
            StringBuilder expected = new StringBuilder().append(row + 1);
            for (int column = 0; column < 3; column++) {
                expected.append(',').append(Float.parseFloat(numbers[column]) / 2);
            }
            assertThat(lines.get(row + 1)).isEqualTo(expected.toString());
        }
    }

    private Path job(String... forward) throws Exception {
        Path job = Example.edited(folder, ROWS, "builtin:digits", "model.pt");
        Files.writeString(job, Files.readString(job).replace("engine: exact", "engine: pytorch"));
        ScriptBytes.write(folder.resolve("model.pt"), forward);
        return job;
    }
}
