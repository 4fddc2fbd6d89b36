package dev.assay.models.onnx;

import java.io.IOException;

/** Bytes that are protobuf but not ONNX. */
final class MalformedOnnxException extends IOException {
    MalformedOnnxException(String message) {
        super(message);
    }
}
