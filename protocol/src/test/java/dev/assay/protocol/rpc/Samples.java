package dev.assay.protocol.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.money.MicroAmount;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Seeded random values of any record, built through its constructor from its components' types. */
final class Samples {
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final long SECONDS =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond() - FIRST.getEpochSecond();

    private final Random random;

    Samples(long seed) {
        this.random = new Random(seed);
    }

    /** A value of the record; components that its constructor refuses are drawn again. */
    <R> R record(Class<R> type) throws ReflectiveOperationException {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
        for (int tries = 0; tries < 1_000; tries++) {
            Object[] values = new Object[components.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = value(components[i].getGenericType());
            }
            try {
                return type.getDeclaredConstructor(types).newInstance(values);
            } catch (InvocationTargetException e) {
                assertThat(e).hasCauseInstanceOf(IllegalArgumentException.class);
            }
        }
        throw new AssertionError("no acceptable " + type + " drawn");
    }

    private Object value(Type type) throws ReflectiveOperationException {
        if (type instanceof ParameterizedType generic) {
            Type element = generic.getActualTypeArguments()[0];
            return generic.getRawType() == Optional.class
                    ? (random.nextBoolean() ? Optional.of(value(element)) : Optional.empty())
                    : list(element);
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isEnum()) {
            return plain.getEnumConstants()[random.nextInt(plain.getEnumConstants().length)];
        }
        if (plain.isSealed()) {
            Class<?>[] kinds = plain.getPermittedSubclasses();
            return record(kinds[random.nextInt(kinds.length)]);
        }
        return switch (plain.getSimpleName()) {
            case "String" -> text();
            case "Digest" -> Digest.of(bytes(Digest.BYTES));
            case "Bytes" -> Bytes.copyOf(bytes(random.nextInt(2_000)));
            case "MicroAmount" -> MicroAmount.of(number());
            case "Instant" ->
                    FIRST.plusSeconds(random.nextLong(SECONDS))
                            .plusNanos(random.nextInt(1_000_000_000));
            case "int" -> random.nextInt(Integer.MAX_VALUE) >>> random.nextInt(31);
            case "long" -> number();
            case "double" -> random.nextDouble();
            case "Float" -> random.nextFloat();
            default -> record(plain);
        };
    }

    private List<Object> list(Type element) throws ReflectiveOperationException {
        List<Object> values = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            values.add(value(element));
        }
        return values;
    }

    /** From 0 to 2^63 - 1, of any magnitude. */
    private long number() {
        return random.nextLong() >>> (1 + random.nextInt(63));
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private String text() {
        int[] codePoints = {'a', 'Z', ' ', '\n', 0, 'é', '→', 0x1F600};
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            text.appendCodePoint(codePoints[random.nextInt(codePoints.length)]);
        }
        return text.toString();
    }
}
