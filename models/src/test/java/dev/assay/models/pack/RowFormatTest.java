package dev.assay.models.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.tensor.Shape;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

final class RowFormatTest {
    private static final RowFormat PAIRS = new RowFormat(2, 0, 16, 16);

    @TempDir Path directory;

    @Test
    void read_plainRows_dividesEveryNumber() throws Exception {
        RowFormat.Rows rows = PAIRS.read(file("0,4\n 8 ,16\r\n1.6e1,+.5"));
        assertThat(rows.count()).isEqualTo(3);
        assertThat(rows.values().shape()).isEqualTo(Shape.of(3, 2));
        assertThat(rows.values().values()).containsExactly(0, 0.25f, 0.5f, 1, 1, 0.03125f);
        assertThat(rows.labels()).isEmpty();
    }

    @Test
    void read_labelledRows_keepsLabelsApart() throws Exception {
        RowFormat.Rows rows = PAIRS.read(file("1,2,cat\n3,4, chien noir \n"));
        assertThat(rows.labels()).containsExactly("cat", "chien noir");
        assertThat(rows.values().shape()).isEqualTo(Shape.of(2, 2));
    }

    @Test
    void read_moreRowsThanTheFirstBuffer_keepsAllOfThem() throws Exception {
        RowFormat.Rows rows = PAIRS.read(file("8,16\n".repeat(3000)));
        assertThat(rows.count()).isEqualTo(3000);
        assertThat(rows.values().rows(2999, 1).values()).containsExactly(0.5f, 1);
    }

    @Test
    void read_widestRowAllowed_needsNoMoreMemoryThanTheFile() throws Exception {
        RowFormat wide = new RowFormat(1 << 19, 0, 9, 1);
        Path file = file("1,".repeat((1 << 19) - 1) + "1");
        assertThat(wide.read(file).values().shape()).isEqualTo(Shape.of(1, 1 << 19));
    }

    @Test
    void read_tooFewColumns_saysHowMany() throws Exception {
        assertBad("1,2\n3\n", 2, "1 columns; the model takes 2, and one more with the label");
    }

    @Test
    void read_tooManyColumns_isRefused() throws Exception {
        assertBad("1,2,3,4\n", 1, "more than 3 columns");
        assertBad("1,2,a,\n", 1, "more than 3 columns");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1 2", "--1", "\u0661", "\"1\"", "1f", "1d", "0x1p3"})
    void read_textThatIsNoNumber_namesTheColumn(String text) throws Exception {
        assertBad("1,2\n" + text + ",1\n", 2, "column 1");
        assertBad("1,2\n" + text + ",1\n", 2, "is not a number");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "+NaN", "-1", "16.1", "1e40", "-0.001"})
    void read_numberOutOfBoundsOrNotFinite_isRefused(String text) throws Exception {
        assertBad("1,2\n3,4\n5," + text + "\n", 3, "column 2");
    }

    @Test
    void read_longText_isClippedInTheError() throws Exception {
        assertBad("x".repeat(100) + ",1\n", 1, "'" + "x".repeat(37) + "...'");
    }

    @Test
    void read_emptyLine_isNoNumber() throws Exception {
        assertBad("1,2\n\n3,4\n", 2, "column 1: '' is not a number");
        assertBad("1,2\n\n", 2, "column 1: '' is not a number");
    }

    @Test
    void read_labelsOnSomeRows_namesTheFirstThatDiffers() throws Exception {
        assertBad("1,2,a\n1,2,b\n1,2\n", 3, "no label, but the rows before have one");
        assertBad("1,2\n1,2,a\n", 2, "a label, but the rows before have none");
    }

    @Test
    void read_emptyLabel_isRefused() throws Exception {
        assertBad("1,2,a\n1,2, \n", 2, "column 3: the label is empty");
        assertBad("1,2,\n", 1, "the label is empty");
    }

    @Test
    void read_lineLongerThanAllowed_isRefused() throws Exception {
        assertBad("1,2\n1,2," + "x".repeat(1 << 20), 2, "too long");
    }

    @Test
    void read_notUtf8_namesFileAndLine() throws Exception {
        Path file = file("1,2,é\n".getBytes(StandardCharsets.ISO_8859_1));
        assertBad(file, 1, "not UTF-8 text");
    }

    @Test
    void read_noRows_isRefused() throws Exception {
        Path file = file("");
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> PAIRS.read(file))
                .satisfies(e -> assertThat(e.code()).isEqualTo(Code.BAD_FORMAT))
                .withMessage(file + ": no rows; an input needs at least one");
    }

    @Test
    void read_noSuchFile_isMissing() {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> PAIRS.read(directory.resolve("absent.csv")))
                .satisfies(e -> assertThat(e.code()).isEqualTo(Code.MISSING))
                .withMessageContaining("absent.csv");
    }

    @Test
    void rowFormat_outOfBounds_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new RowFormat(0, 0, 1, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RowFormat((1 << 20) + 1, 0, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new RowFormat(1, 2, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new RowFormat(1, 0, 1, 0));
    }

    private void assertBad(String csv, int line, String problem) throws IOException {
        assertBad(file(csv), line, problem);
    }

    private static void assertBad(Path file, int line, String problem) {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> PAIRS.read(file))
                .satisfies(e -> assertThat(e.code()).isEqualTo(Code.BAD_FORMAT))
                .withMessageStartingWith(file + ":" + line + ": ")
                .withMessageContaining(problem);
    }

    private Path file(String csv) throws IOException {
        return file(csv.getBytes(StandardCharsets.UTF_8));
    }

    private Path file(byte[] csv) throws IOException {
        return Files.write(directory.resolve("rows.csv"), csv);
    }
}
