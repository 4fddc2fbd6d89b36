package dev.assay.runtime.runner;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Messages as frames over a pair of pipes.
 *
 * <pre>
 * frame   = u32BE length   u8 kind   payload (length − 1 bytes)     1 ≤ length ≤ the agreed maximum
 *
 * kind      payload                                                 agent → runner
 * 1 Load      text manifest file   text weights file
 * 2 Run       u32 model   u8 traced (0 | 1)   list of tensors inputs
 * 3 Unload    u32 model
 * 4 LoadGraph text graph   u32 count   count × (text name   tensor)
 * 5 Begin     u32 threads
 * 6 LoadScript  text file
 *                                                                   runner → agent
 * 16 Ready    u32 version
 * 17 Loaded   u32 model   32 bytes digest
 * 18 Result   list of digests trace   list of tensors outputs
 * 19 Unloaded
 * 20 Begun
 * 31 Failed   text code   text message
 *
 * list    = u32 count   count × element
 * text    = u32 length   UTF-8
 * tensor  = u8 rank   rank × u32 dimension   elements × f32LE
 * </pre>
 *
 * Integers are big-endian but for the elements of tensors, which lie as the processor keeps them.
 * No frame is as long as {@value #MOST_FRAME_BYTES} bytes, so the first four bytes of any text are
 * no length: a stray print on the pipe is noticed, not read as a frame. One sender and one receiver
 * at a time.
 */
final class Wire {
    /** The smallest maximum that may be agreed: any refusal fits it. */
    static final int LEAST_FRAME_BYTES = 1 << 16;

    /** The largest maximum that may be agreed. */
    static final int MOST_FRAME_BYTES = 128 << 20;

    private final DataInputStream in;
    private final OutputStream out;
    private final int maxFrameBytes;

    Wire(InputStream in, OutputStream out, int maxFrameBytes) {
        if (maxFrameBytes < LEAST_FRAME_BYTES || maxFrameBytes > MOST_FRAME_BYTES) {
            throw new IllegalArgumentException(
                    "a frame's maximum must be from "
                            + LEAST_FRAME_BYTES
                            + " to "
                            + MOST_FRAME_BYTES
                            + " bytes");
        }
        this.in = new DataInputStream(in);
        this.out = out;
        this.maxFrameBytes = maxFrameBytes;
    }

    /** Sends a message, or nothing of it: {@link TooLargeException} when it does not fit. */
    void send(Message message) throws IOException {
        out.write(MessageCodec.frame(message, maxFrameBytes));
        out.flush();
    }

    /** Waits for a message; {@link EOFException} when the other side is gone. */
    Message receive() throws IOException {
        int length = in.readInt();
        if (length < 1 || length > maxFrameBytes) {
            throw new WireException(
                    "a frame of "
                            + Integer.toUnsignedString(length)
                            + " bytes is announced; from 1 to "
                            + maxFrameBytes
                            + " are accepted");
        }
        // An announced length is only believed as far as bytes arrive.
        byte[] frame = in.readNBytes(length);
        if (frame.length < length) {
            throw new EOFException("the pipe ended in the middle of a frame");
        }
        return MessageCodec.decode(frame[0], ByteBuffer.wrap(frame, 1, length - 1));
    }
}
