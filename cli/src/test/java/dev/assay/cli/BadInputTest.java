package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What is wrong with a job is said in one line, before anything is ordered. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class BadInputTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @EnumSource
    void badInput_placed_isRefusedAndNothingIsOrdered(BadInput input) throws Exception {
        Path home = folder.resolve("home");
        Path job = folder.resolve("job");
        input.make(job);
        try (LocalRun local = LocalRun.open(home, 1)) {
            Throwable refusal = catchThrowable(() -> local.place(job.resolve("job.yaml")));
            assertThat(refusal).isNotNull().isNotInstanceOf(RuntimeException.class);
            assertThat(refusal.getMessage().replace(job + "/job.yaml", "job.yaml"))
                    .matches(input.pattern(job, home));
            assertThat(local.tenant().open().all()).isEmpty();
        }
        Books books = Books.read(home);
        books.assertWhole();
        assertThat(books.orders()).isEmpty();
        assertNothingHalfWritten(home);
    }

    @ParameterizedTest
    @EnumSource
    void badInput_onTheCommandLine_endsWithThreeAndOneLine(BadInput input) throws Exception {
        Path home = folder.resolve("home");
        Path job = folder.resolve("job");
        input.make(job);
        Command.Outcome outcome = Command.in(home, job).run("run", "job.yaml");

        assertThat(outcome.err()).matches("assay: " + input.pattern(job, home) + "\\R");
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.exit()).isEqualTo(3);
    }

    private static void assertNothingHalfWritten(Path home) throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            assertThat(files.filter(file -> file.toString().endsWith(".part"))).isEmpty();
        }
    }
}
