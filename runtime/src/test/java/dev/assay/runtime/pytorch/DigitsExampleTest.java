package dev.assay.runtime.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;

/** {@code examples/digits.csv} is what its program renders. */
final class DigitsExampleTest {
    @Test
    void renderDigits_withTheDocumentedArguments_reproducesTheFile() throws Exception {
        Path examples = Path.of(System.getProperty("assay.root"), "examples");
        Process program =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                examples.resolve("RenderDigits.java").toString(),
                                "2000",
                                "7")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        byte[] rendered = program.getInputStream().readAllBytes();
        assertThat(program.waitFor()).isZero();
        assertThat(rendered).isEqualTo(Files.readAllBytes(examples.resolve("digits.csv")));
    }
}
