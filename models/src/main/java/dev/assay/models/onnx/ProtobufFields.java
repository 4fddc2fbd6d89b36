package dev.assay.models.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;

import java.io.IOException;

/**
 * Reads protobuf messages field by field, with a message's end as the limit of what its fields may
 * take. A field of another type than asked for is malformed. Not thread-safe.
 */
record ProtobufFields(CodedInputStream in) {
    /** Reads one field, or skips it. */
    @FunctionalInterface
    interface Field {
        void read(int number, int tag) throws IOException;
    }

    /** Takes one real number. */
    @FunctionalInterface
    interface ToReal {
        void take(float number) throws IOException;
    }

    /** Takes one whole number. */
    @FunctionalInterface
    interface ToWhole {
        void take(long number) throws IOException;
    }

    /** The fields of a message that is all there is. */
    static ProtobufFields of(byte[] message) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(message);
        in.pushLimit(message.length);
        return new ProtobufFields(in);
    }

    /** Reads every field up to the message's end. */
    void all(Field field) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            field.read(WireFormat.getTagFieldNumber(tag), tag);
        }
    }

    /** A message that is a field of another: its length, then its fields. */
    void nested(int tag, Field field) throws IOException {
        require(tag, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        int outer = in.pushLimit(in.readRawVarint32());
        all(field);
        in.popLimit(outer);
    }

    void skip(int tag) throws IOException {
        int type = WireFormat.getTagWireType(tag);
        if (type == WireFormat.WIRETYPE_START_GROUP || type == WireFormat.WIRETYPE_END_GROUP) {
            throw new MalformedOnnxException("it holds a group");
        }
        in.skipField(tag);
    }

    String text(int tag) throws IOException {
        require(tag, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        return in.readStringRequireUtf8();
    }

    byte[] bytes(int tag) throws IOException {
        require(tag, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        return in.readByteArray();
    }

    long integer(int tag) throws IOException {
        require(tag, WireFormat.WIRETYPE_VARINT);
        return in.readInt64();
    }

    float real(int tag) throws IOException {
        require(tag, WireFormat.WIRETYPE_FIXED32);
        return in.readFloat();
    }

    /** Numbers of a repeated field, packed into one or a field each. */
    void reals(int tag, ToReal to) throws IOException {
        if (!isPacked(tag)) {
            to.take(real(tag));
            return;
        }
        int outer = in.pushLimit(in.readRawVarint32());
        while (!in.isAtEnd()) {
            to.take(in.readFloat());
        }
        in.popLimit(outer);
    }

    /** Numbers of a repeated field, packed into one or a field each. */
    void integers(int tag, ToWhole to) throws IOException {
        if (!isPacked(tag)) {
            to.take(integer(tag));
            return;
        }
        int outer = in.pushLimit(in.readRawVarint32());
        while (!in.isAtEnd()) {
            to.take(in.readInt64());
        }
        in.popLimit(outer);
    }

    private static boolean isPacked(int tag) {
        return WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
    }

    private static void require(int tag, int type) throws IOException {
        if (WireFormat.getTagWireType(tag) != type) {
            throw new MalformedOnnxException(
                    "field " + WireFormat.getTagFieldNumber(tag) + " has another type");
        }
    }
}
