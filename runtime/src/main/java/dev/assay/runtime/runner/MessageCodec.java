package dev.assay.runtime.runner;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.models.engine.EngineException;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Messages as bytes; {@link Wire} draws them. */
final class MessageCodec {
    private MessageCodec() {}

    static byte kind(Message message) {
        return switch (message) {
            case Message.Load _ -> 1;
            case Message.Run _ -> 2;
            case Message.Unload _ -> 3;
            case Message.Ready _ -> 16;
            case Message.Loaded _ -> 17;
            case Message.Result _ -> 18;
            case Message.Unloaded _ -> 19;
            case Message.Failed _ -> 31;
        };
    }

    // ---- writing -----------------------------------------------------------------------------

    static ByteBuffer encode(Message message, int maxBytes) throws TooLargeException {
        long size = size(message);
        if (size > maxBytes) {
            throw new TooLargeException(
                    "a message of " + size + " bytes; at most " + maxBytes + " fit a frame");
        }
        ByteBuffer to = ByteBuffer.allocate((int) size);
        switch (message) {
            case Message.Load load -> {
                putText(to, load.manifestFile());
                putText(to, load.weightsFile());
            }
            case Message.Run run -> {
                to.putInt(run.model()).put((byte) (run.traced() ? 1 : 0));
                putTensors(to, run.inputs());
            }
            case Message.Unload unload -> to.putInt(unload.model());
            case Message.Ready ready -> to.putInt(ready.version());
            case Message.Loaded loaded -> to.putInt(loaded.model()).put(loaded.digest().bytes());
            case Message.Result result -> {
                to.putInt(result.trace().size());
                result.trace().forEach(digest -> to.put(digest.bytes()));
                putTensors(to, result.outputs());
            }
            case Message.Unloaded _ -> {}
            case Message.Failed failed -> {
                putText(to, failed.code().name());
                putText(to, failed.message());
            }
        }
        return to.flip();
    }

    private static long size(Message message) {
        return switch (message) {
            case Message.Load load -> size(load.manifestFile()) + size(load.weightsFile());
            case Message.Run run -> 5 + size(run.inputs());
            case Message.Unload _, Message.Ready _ -> 4;
            case Message.Loaded _ -> 4 + Digest.BYTES;
            case Message.Result result ->
                    4 + (long) Digest.BYTES * result.trace().size() + size(result.outputs());
            case Message.Unloaded _ -> 0;
            case Message.Failed failed -> size(failed.code().name()) + size(failed.message());
        };
    }

    private static long size(String text) {
        return 4L + text.getBytes(UTF_8).length;
    }

    private static long size(List<Tensor> tensors) {
        long size = 4;
        for (Tensor tensor : tensors) {
            size += 1 + 4L * tensor.shape().rank() + 4L * tensor.values().length;
        }
        return size;
    }

    private static void putText(ByteBuffer to, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        to.putInt(bytes.length).put(bytes);
    }

    private static void putTensors(ByteBuffer to, List<Tensor> tensors) {
        to.putInt(tensors.size());
        for (Tensor tensor : tensors) {
            to.put((byte) tensor.shape().rank());
            tensor.shape().dims().forEach(to::putInt);
            to.asFloatBuffer().put(tensor.values());
            to.position(to.position() + 4 * tensor.values().length);
        }
    }

    // ---- reading -----------------------------------------------------------------------------

    static Message decode(byte kind, ByteBuffer from) throws WireException {
        try {
            Message message =
                    switch (kind) {
                        case 1 -> new Message.Load(text(from), text(from));
                        case 2 -> new Message.Run(from.getInt(), from.get() != 0, tensors(from));
                        case 3 -> new Message.Unload(from.getInt());
                        case 16 -> new Message.Ready(from.getInt());
                        case 17 -> new Message.Loaded(from.getInt(), digest(from));
                        case 18 -> new Message.Result(digests(from), tensors(from));
                        case 19 -> new Message.Unloaded();
                        case 31 ->
                                new Message.Failed(
                                        EngineException.Code.valueOf(text(from)), text(from));
                        default -> throw new WireException("a frame of unknown kind " + kind);
                    };
            if (from.hasRemaining()) {
                throw new WireException(from.remaining() + " bytes left over in a frame");
            }
            return message;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new WireException("a malformed frame of kind " + kind + ": " + e);
        }
    }

    private static byte[] bytes(ByteBuffer from, int count) {
        if (count < 0 || count > from.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[count];
        from.get(bytes);
        return bytes;
    }

    private static String text(ByteBuffer from) {
        return new String(bytes(from, from.getInt()), UTF_8);
    }

    private static Digest digest(ByteBuffer from) {
        return Digest.of(bytes(from, Digest.BYTES));
    }

    private static List<Digest> digests(ByteBuffer from) {
        List<Digest> digests = new ArrayList<>();
        for (int left = from.getInt(); left > 0; left--) {
            digests.add(digest(from));
        }
        return digests;
    }

    private static List<Tensor> tensors(ByteBuffer from) {
        List<Tensor> tensors = new ArrayList<>();
        for (int left = from.getInt(); left > 0; left--) {
            tensors.add(tensor(from));
        }
        return tensors;
    }

    private static Tensor tensor(ByteBuffer from) {
        int[] dims = new int[Byte.toUnsignedInt(from.get())];
        for (int axis = 0; axis < dims.length; axis++) {
            dims[axis] = from.getInt();
        }
        Shape shape = Shape.of(dims);
        if (4L * shape.elements() > from.remaining()) {
            throw new BufferUnderflowException();
        }
        float[] values = new float[shape.elements()];
        from.asFloatBuffer().get(values);
        from.position(from.position() + 4 * values.length);
        return Tensor.of(shape, values);
    }
}
