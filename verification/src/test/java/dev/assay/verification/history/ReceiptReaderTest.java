package dev.assay.verification.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.usage.GpuUsage;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.statement.Statement;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.UsagePredicate.Device;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/** The oracle is {@link Statement#parse}: whatever is read quickly, it reads as the same. */
final class ReceiptReaderTest {
    private static final String PLAIN = "2 of 16 × Example CPU";

    @RepeatedTest(20)
    void receiptOfChance_isReadAsTheParserReadsIt(RepetitionInfo repetition) throws Exception {
        Random random = new Random(repetition.getCurrentRepetition());
        for (int i = 0; i < 200; i++) {
            UsagePredicate receipt = receipt(random, PLAIN);
            byte[] bytes = receipt.statement().bytes();
            assertThat(ReceiptReader.read(bytes)).contains(receipt);
            assertThat(Statement.parse(bytes).predicate()).isEqualTo(receipt);
        }
    }

    @RepeatedTest(20)
    void changedReceipt_isReadAsTheParserReadsItOrLeftToIt(RepetitionInfo repetition) {
        Random random = new Random(1_000 + repetition.getCurrentRepetition());
        int read = 0;
        for (int i = 0; i < 500; i++) {
            byte[] bytes = changed(receipt(random, PLAIN).statement().bytes(), random);
            Optional<UsagePredicate> quick = ReceiptReader.read(bytes);
            if (quick.isPresent()) {
                read++;
                assertThat(parsed(bytes)).as(text(bytes)).contains(quick.get());
            }
        }
        assertThat(read).as("changed digits are still receipts").isPositive();
    }

    @Test
    void everyCutReceipt_isLeftToTheParser() {
        byte[] bytes = receipt(new Random(7), PLAIN).statement().bytes();
        for (int length = 0; length < bytes.length; length++) {
            assertThat(ReceiptReader.read(java.util.Arrays.copyOf(bytes, length))).isEmpty();
        }
    }

    @Test
    void textThatNeedsAnEscape_isLeftToTheParser() {
        for (String id : List.of("a \"quoted\" text", "a \\ text", "a line\nand another")) {
            byte[] bytes = receipt(new Random(7), id).statement().bytes();
            assertThat(ReceiptReader.read(bytes)).isEmpty();
            assertThat(parsed(bytes)).isPresent();
        }
    }

    @Test
    void formsThatTheParserRefuses_areNotRead() {
        String text = text(receipt(new Random(7), PLAIN).statement().bytes());
        for (String[] change :
                new String[][] {
                    {"\"quantity\":\"", "\"quantity\":\"0"},
                    {"\"sequence\":\"", "\"sequence\":\"+"},
                    {"Z\",\"chargePeriodStart", ".000Z\",\"chargePeriodStart"},
                    {"Z\",\"chargePeriodStart", "+00:00\",\"chargePeriodStart"},
                    {"{\"meter\":\"assay.rows\"", "{\"meter\":\"assay.colums\""},
                    {"\"kind\":\"cpu\"", "\"kind\":\"tpu\""},
                    {"\"unitRoot\":\"sha256:", "\"unitRoot\":\"sha256:A"},
                    {"}]}", "}]} "},
                }) {
            byte[] bytes = text.replace(change[0], change[1]).getBytes(StandardCharsets.UTF_8);
            assertThat(parsed(bytes)).as(change[1]).isEmpty();
            assertThat(ReceiptReader.read(bytes)).as(change[1]).isEmpty();
        }
    }

    /** Bytes changed, put in, taken out or repeated. */
    private static byte[] changed(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        String with =
                switch (random.nextInt(4)) {
                    case 0 -> text.substring(0, at) + any(random) + text.substring(at + 1);
                    case 1 -> text.substring(0, at) + any(random) + text.substring(at);
                    case 2 -> text.substring(0, at) + text.substring(at + 1);
                    default -> {
                        int to = Math.min(text.length(), at + random.nextInt(40));
                        yield text.substring(0, to) + text.substring(at);
                    }
                };
        return with.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static char any(Random random) {
        String likely = "0123456789abcdef\",:{}[]\\.Z- ";
        return random.nextInt(4) == 0
                ? (char) random.nextInt(256)
                : likely.charAt(random.nextInt(likely.length()));
    }

    private static Optional<UsagePredicate> parsed(byte[] bytes) {
        try {
            return Statement.parse(bytes).predicate() instanceof UsagePredicate usage
                    ? Optional.of(usage)
                    : Optional.empty();
        } catch (JsonException e) {
            return Optional.empty();
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static UsagePredicate receipt(Random random, String id) {
        Instant start =
                Instant.ofEpochSecond(
                        random.nextLong(-62_000_000_000L, 253_000_000_000L),
                        switch (random.nextInt(4)) {
                            case 0 -> 0;
                            case 1 -> 1_000_000 * random.nextInt(1_000);
                            case 2 -> 1_000 * random.nextInt(1_000_000);
                            default -> random.nextInt(1_000_000_000);
                        });
        List<Device> devices = new ArrayList<>();
        devices.add(new Device(id, "cpu"));
        for (int i = random.nextInt(3); i > 0; i--) {
            devices.add(
                    new Device(
                            "GPU-" + i,
                            Device.GPU,
                            random.nextBoolean()
                                    ? OptionalLong.empty()
                                    : OptionalLong.of(1 + random.nextInt(700_000))));
        }
        return new UsagePredicate(
                new LeaseId(digest(random)),
                digest(random),
                quantity(random),
                digest(random),
                start,
                start.plusMillis(random.nextInt(100_000)),
                random.nextInt(5) == 0 && id.equals(PLAIN) ? List.of() : devices,
                new Usage(
                        Duration.ofMillis(quantity(random)),
                        Duration.ofMillis(quantity(random)),
                        quantity(random),
                        random.nextBoolean()
                                ? GpuUsage.NONE
                                : new GpuUsage(
                                        quantity(random),
                                        quantity(random),
                                        Duration.ofMillis(quantity(random)),
                                        quantity(random)),
                        quantity(random),
                        quantity(random),
                        quantity(random)),
                digest(random));
    }

    private static long quantity(Random random) {
        return random.nextInt(4) == 0 ? 0 : random.nextLong(1L << (1 + random.nextInt(58)));
    }

    private static Digest digest(Random random) {
        byte[] bytes = new byte[Digest.BYTES];
        random.nextBytes(bytes);
        return Digest.of(bytes);
    }
}
