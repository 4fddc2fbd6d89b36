package dev.assay.runtime.runner;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.models.ModelException;
import dev.assay.models.engine.EngineException;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.GraphJson;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Messages as bytes; {@link Wire} draws them. */
final class MessageCodec {
    private static final byte[] NOTHING = {};

    /** So many tensors of a frame may be as small as they like. */
    private static final int SMALL_TENSORS = 512;

    /** Bytes that each further one must have room for. */
    private static final int LEAST_TENSOR = 48;

    private MessageCodec() {}

    static byte kind(Message message) {
        return switch (message) {
            case Message.Load _ -> 1;
            case Message.Run _ -> 2;
            case Message.Unload _ -> 3;
            case Message.LoadGraph _ -> 4;
            case Message.Begin _ -> 5;
            case Message.LoadScript _ -> 6;
            case Message.Ready _ -> 16;
            case Message.Loaded _ -> 17;
            case Message.Result _ -> 18;
            case Message.Unloaded _ -> 19;
            case Message.Begun _ -> 20;
            case Message.Failed _ -> 31;
        };
    }

    // ---- writing -----------------------------------------------------------------------------

    /** A whole frame; {@link TooLargeException} when it would be longer than the maximum. */
    static byte[] frame(Message message, int maxFrameBytes) throws TooLargeException {
        byte[] graph = message instanceof Message.LoadGraph load ? json(load.graph()) : NOTHING;
        long size = 1 + size(message) + graph.length;
        if (size > maxFrameBytes) {
            throw new TooLargeException(
                    "a message of " + size + " bytes; at most " + maxFrameBytes + " fit a frame");
        }
        ByteBuffer to = ByteBuffer.allocate(Integer.BYTES + (int) size);
        to.putInt((int) size).put(kind(message));
        putPayload(to, message, graph);
        return to.array();
    }

    private static byte[] json(Graph graph) {
        return CanonicalJson.bytes(GraphJson.write(graph));
    }

    private static void putPayload(ByteBuffer to, Message message, byte[] graph) {
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
            case Message.LoadGraph load -> {
                to.putInt(graph.length).put(graph).putInt(load.parameters().size());
                load.parameters()
                        .forEach(
                                (name, tensor) -> {
                                    putText(to, name);
                                    putTensor(to, tensor);
                                });
            }
            case Message.Begin begin -> to.putInt(begin.threads());
            case Message.LoadScript load -> putText(to, load.file());
            case Message.Ready ready -> to.putInt(ready.version());
            case Message.Loaded loaded -> to.putInt(loaded.model()).put(loaded.digest().bytes());
            case Message.Result result -> {
                to.putInt(result.trace().size());
                result.trace().forEach(digest -> to.put(digest.bytes()));
                putTensors(to, result.outputs());
            }
            case Message.Unloaded _, Message.Begun _ -> {}
            case Message.Failed failed -> {
                putText(to, failed.code().name());
                putText(to, failed.message());
            }
        }
    }

    private static long size(Message message) {
        return switch (message) {
            case Message.LoadScript load -> size(load.file());
            case Message.Load load -> size(load.manifestFile()) + size(load.weightsFile());
            case Message.Run run -> 5 + size(run.inputs());
            case Message.LoadGraph load -> {
                long size = 8;
                for (Map.Entry<String, Tensor> parameter : load.parameters().entrySet()) {
                    size += size(parameter.getKey()) + size(parameter.getValue());
                }
                yield size;
            }
            case Message.Unload _, Message.Ready _, Message.Begin _ -> 4;
            case Message.Loaded _ -> 4 + Digest.BYTES;
            case Message.Result result ->
                    4 + (long) Digest.BYTES * result.trace().size() + size(result.outputs());
            case Message.Unloaded _, Message.Begun _ -> 0;
            case Message.Failed failed -> size(failed.code().name()) + size(failed.message());
        };
    }

    private static long size(String text) {
        return 4L + text.getBytes(UTF_8).length;
    }

    private static long size(List<Tensor> tensors) {
        long size = 4;
        for (Tensor tensor : tensors) {
            size += size(tensor);
        }
        return size;
    }

    private static long size(Tensor tensor) {
        return 1 + 4L * tensor.shape().rank() + 4L * tensor.values().length;
    }

    private static void putText(ByteBuffer to, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        to.putInt(bytes.length).put(bytes);
    }

    private static void putTensors(ByteBuffer to, List<Tensor> tensors) {
        to.putInt(tensors.size());
        tensors.forEach(tensor -> putTensor(to, tensor));
    }

    private static void putTensor(ByteBuffer to, Tensor tensor) {
        to.put((byte) tensor.shape().rank());
        tensor.shape().dims().forEach(to::putInt);
        floats(to).put(tensor.values());
        to.position(to.position() + 4 * tensor.values().length);
    }

    /** What follows in a buffer, as the elements of a tensor. */
    private static FloatBuffer floats(ByteBuffer buffer) {
        return buffer.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    // ---- reading -----------------------------------------------------------------------------

    static Message decode(byte kind, ByteBuffer from) throws WireException {
        try {
            Message message =
                    switch (kind) {
                        case 1 -> new Message.Load(text(from), text(from));
                        case 2 -> new Message.Run(from.getInt(), from.get() != 0, tensors(from));
                        case 3 -> new Message.Unload(from.getInt());
                        case 4 -> new Message.LoadGraph(graph(from), parameters(from));
                        case 5 -> new Message.Begin(from.getInt());
                        case 6 -> new Message.LoadScript(text(from));
                        case 16 -> new Message.Ready(from.getInt());
                        case 17 -> new Message.Loaded(from.getInt(), digest(from));
                        case 18 -> new Message.Result(digests(from), tensors(from));
                        case 19 -> new Message.Unloaded();
                        case 20 -> new Message.Begun();
                        case 31 ->
                                new Message.Failed(
                                        EngineException.Code.valueOf(text(from)), text(from));
                        default -> throw new WireException("a frame of unknown kind " + kind);
                    };
            if (from.hasRemaining()) {
                throw new WireException(from.remaining() + " bytes left over in a frame");
            }
            return message;
        } catch (BufferUnderflowException
                | IllegalArgumentException
                | JsonException
                | ModelException e) {
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

    private static Graph graph(ByteBuffer from) throws JsonException, ModelException {
        byte[] json = bytes(from, from.getInt());
        return GraphJson.read(
                JsonFields.of(StrictJson.canonicalList(json, json.length, "graph"), "graph"));
    }

    private static Map<String, Tensor> parameters(ByteBuffer from) throws WireException {
        Map<String, Tensor> parameters = new HashMap<>();
        for (int left = tensorCount(from); left > 0; left--) {
            parameters.put(text(from), tensor(from));
        }
        return parameters;
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

    /** How many tensors follow; many need room, as each takes more of it here than in a frame. */
    private static int tensorCount(ByteBuffer from) throws WireException {
        int count = from.getInt();
        if (count > SMALL_TENSORS + from.remaining() / LEAST_TENSOR) {
            throw new WireException(
                    count + " tensors in " + from.remaining() + " bytes of a frame");
        }
        return count;
    }

    private static List<Tensor> tensors(ByteBuffer from) throws WireException {
        List<Tensor> tensors = new ArrayList<>();
        for (int left = tensorCount(from); left > 0; left--) {
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
        floats(from).get(values);
        from.position(from.position() + 4 * values.length);
        return Tensor.of(shape, values);
    }
}
