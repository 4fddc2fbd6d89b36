package dev.assay.verification.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The files of a history are what docs/formats/history.md says, and nothing else is read as one.
 */
final class HistoryFormatTest {
    private static final Path FORMATS =
            Path.of(System.getProperty("assay.root"), "docs", "formats");

    @TempDir Path place;

    @Test
    void exampleOfTheIndex_isWhatTheCodeWritesAndReads() throws Exception {
        byte[] example = Files.readAllBytes(FORMATS.resolve("examples/history.json"));
        HistoryIndex index = HistoryIndex.parse(example);
        assertThat(index.bytes()).isEqualTo(example);
        assertThat(page().replaceAll("\\s", ""))
                .contains("```json" + new String(example, UTF_8) + "```");
    }

    @Test
    void exampleOfALine_isWhatTheCodeWritesAndReads() throws Exception {
        byte[] example = Files.readAllBytes(FORMATS.resolve("examples/history.statements.jsonl"));
        HistoryLine line = HistoryLine.parse(example, 0, example.length - 1);
        assertThat(line.bytes()).isEqualTo(example);
        assertThat(line.index()).isEqualTo(7);
        assertThat(page()).contains(new String(example, UTF_8));
    }

    @Test
    void limitsOnThePage_areThoseOfTheCode() throws Exception {
        assertThat(page())
                .contains(
                        number(HistoryIndex.MAX_BYTES) + " bytes",
                        number(HistoryLine.MAX_BYTES) + " bytes",
                        number(Envelope.MAX_BYTES) + " bytes",
                        number(SignerKeys.MOST) + " keys",
                        "| " + number(Leases.MOST_OPEN) + " each |",
                        "| " + number(DeviceUse.MOST_SPANS) + " |",
                        "| " + Findings.KEPT + " of what is wrong");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"market\":\"M\",\"provider\":\"P\",\"statements\":\"01\",\"type\":\"T\"}",
                "{\"market\":\"M\",\"provider\":\"P\",\"statements\":\"1\",\"type\":\"T\",\"x\":1}",
                "{\"market\":\"M\",\"provider\":\"P\",\"statements\":\"1\"}",
                "{\"market\":\"M\", \"provider\":\"P\",\"statements\":\"1\",\"type\":\"T\"}",
                "{\"logUrl\":\"::\",\"market\":\"M\",\"provider\":\"P\",\"statements\":\"1\",\"type\":\"T\"}",
            })
    void indexInAnotherForm_isRefused(String json) {
        String hex = "ab".repeat(32);
        String text = json.replace("M", hex).replace("P", hex).replace("T", HistoryIndex.TYPE);
        assertThatThrownBy(() -> HistoryIndex.parse(text.getBytes(UTF_8)))
                .isInstanceOf(VerificationException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{\"envelope\":E,\"index\":\"\"}",
                "{\"envelope\":E,\"index\":\"-1\"}",
                "{\"envelope\":E,\"index\":\"00\"}",
                "{\"envelope\":E,\"index\":\"9223372036854775808\"}",
                "{\"envelope\":E,\"index\":\"12345678901234567890\"}",
                "{\"envelope\":E,\"index\":7}",
                "{\"envelope\":E ,\"index\":\"7\"}",
                "{\"index\":\"7\",\"envelope\":E}",
                "{\"envelope\":E,\"index\":\"7\"} ",
                "{\"envelope\":{},\"index\":\"7\"}",
            })
    void lineInAnotherForm_isRefused(String form) throws Exception {
        Envelope envelope =
                Envelope.sign("{}".getBytes(UTF_8), SigningKey.create(new SecureRandom()));
        byte[] line = form.replace("E", new String(envelope.bytes(), UTF_8)).getBytes(UTF_8);
        assertThatThrownBy(() -> HistoryLine.parse(line, 0, line.length))
                .isInstanceOf(VerificationException.class);
    }

    @Test
    void blocks_areTheLinesOfTheFile_howeverLong() throws Exception {
        List<String> written = new ArrayList<>();
        for (int length : new int[] {0, 1, LineBlock.BYTES - 2, LineBlock.BYTES, 400_000, 3}) {
            written.add("x".repeat(length));
        }
        Path file = Files.write(place.resolve("lines"), written);
        List<String> read = new ArrayList<>();
        try (LineBlock.Reader reader = LineBlock.Reader.open(file)) {
            Optional<LineBlock> block = reader.next();
            while (block.isPresent()) {
                assertThat(block.get().first()).isEqualTo(read.size() + 1);
                read.addAll(new String(block.get().bytes(), UTF_8).lines().toList());
                assertThat(block.get().first() + block.get().lines()).isEqualTo(read.size() + 1);
                block = reader.next();
            }
        }
        assertThat(read).isEqualTo(written);
    }

    @Test
    void lineWithoutAnEnd_isRefusedBeforeItFillsTheMemory() throws Exception {
        Path file = place.resolve("lines");
        Files.write(file, new byte[4 * HistoryLine.MAX_BYTES]);
        try (LineBlock.Reader reader = LineBlock.Reader.open(file)) {
            assertThatThrownBy(reader::next)
                    .isInstanceOf(VerificationException.class)
                    .hasMessageContaining("more than the " + HistoryLine.MAX_BYTES);
        }
    }

    private static String page() throws Exception {
        return Files.readString(FORMATS.resolve("history.md"));
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
