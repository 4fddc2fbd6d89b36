package dev.assay.models.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;

import java.io.IOException;

/** Reads repeated numbers, which may be packed into one field or be a field each. */
record PackedReader(CodedInputStream in) {
    /** Takes one number. */
    @FunctionalInterface
    interface To<T> {
        void take(T number) throws IOException;
    }

    @FunctionalInterface
    private interface Read<T> {
        T next() throws IOException;
    }

    void floats(int tag, To<Float> to) throws IOException {
        read(tag, WireFormat.WIRETYPE_FIXED32, in::readFloat, to);
    }

    void integers(int tag, To<Long> to) throws IOException {
        read(tag, WireFormat.WIRETYPE_VARINT, in::readInt64, to);
    }

    private <T> void read(int tag, int single, Read<T> read, To<T> to) throws IOException {
        int type = WireFormat.getTagWireType(tag);
        if (type == single) {
            to.take(read.next());
        } else if (type == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            int outer = in.pushLimit(in.readRawVarint32());
            while (!in.isAtEnd()) {
                to.take(read.next());
            }
            in.popLimit(outer);
        } else {
            throw new MalformedOnnxException(
                    "field " + WireFormat.getTagFieldNumber(tag) + " has another type");
        }
    }
}
