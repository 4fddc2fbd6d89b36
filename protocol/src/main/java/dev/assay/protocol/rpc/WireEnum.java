package dev.assay.protocol.rpc;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * The one-to-one table between an enumeration and its protobuf form, whose constants have the same
 * names behind a prefix. A constant without its counterpart fails when the table is made.
 */
final class WireEnum<J extends Enum<J>, W extends Enum<W>> {
    private final Map<J, W> wires;
    private final Map<W, J> values;

    WireEnum(Class<J> type, Class<W> wireType, String prefix) {
        wires = new EnumMap<>(type);
        values = new EnumMap<>(wireType);
        for (J value : type.getEnumConstants()) {
            W wire = Enum.valueOf(wireType, prefix + value.name());
            wires.put(value, wire);
            values.put(wire, value);
        }
    }

    W write(J value) {
        return Optional.ofNullable(wires.get(value)).orElseThrow();
    }

    /** Refuses the unspecified value and those this version does not know. */
    J read(String field, W wire) {
        return Optional.ofNullable(values.get(wire))
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        field + ": " + wire + " where a known value must be"));
    }
}
