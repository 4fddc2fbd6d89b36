package dev.assay.models.pack;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.models.ModelException;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.GraphJson;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;

import java.util.List;
import java.util.OptionalInt;

/**
 * What a model package says of itself: the graph, the digest of its weights, how input rows are
 * read, and what the outputs mean. The manifest's own digest, over its canonical bytes, covers all
 * of it and identifies the model.
 *
 * @param weights SHA-256 of the safetensors file with one tensor per graph parameter
 * @param labels what each column of the output stands for; empty when it has no names
 */
public record ModelManifest(
        String name, Graph graph, Digest weights, RowFormat rows, List<String> labels)
        implements Manifest {
    static final String FORMAT = "assay.model/v1";

    public ModelManifest {
        labels = List.copyOf(labels);
        if (graph.inputs().size() != 1 || graph.outputs().size() != 1) {
            throw new IllegalArgumentException("a packaged model has one input and one output");
        }
        TensorType input = graph.inputs().values().iterator().next();
        TensorType output = graph.type(graph.outputs().getFirst());
        if (!input.shape().batched() || input.shape().elements() != rows.columns()) {
            throw new IllegalArgumentException(
                    "rows of " + rows.columns() + " columns do not fill the input " + input);
        }
        if (!output.shape().batched() || output.shape().rank() != 2) {
            throw new IllegalArgumentException(
                    "the output is " + output + "; it must be [batch, columns]");
        }
        if (!labels.isEmpty() && labels.size() != output.shape().dim(1)) {
            throw new IllegalArgumentException(
                    labels.size()
                            + " labels for an output of "
                            + output.shape().dim(1)
                            + " columns");
        }
    }

    /** The type of the model's one input. */
    public TensorType input() {
        return graph.inputs().values().iterator().next();
    }

    @Override
    public Digest program() {
        return graph.digest();
    }

    @Override
    public Digest companion() {
        return weights;
    }

    @Override
    public OptionalInt outputColumns() {
        return OptionalInt.of(output().shape().elements());
    }

    @Override
    public Tensor input(Tensor rowValues, int first, int count) {
        Tensor slice = rowValues.rows(first, count);
        return Tensor.of(input().shape().withBatch(count), slice.values());
    }

    /** The type of the model's one output. */
    public TensorType output() {
        return graph.type(graph.outputs().getFirst());
    }

    @Override
    public byte[] bytes() {
        ObjectNode json = CanonicalJson.object();
        json.put("format", FORMAT).put("name", name).put("weights", weights.toString());
        json.set("graph", GraphJson.write(graph));
        rows.write(json.putObject("rows"));
        labels.forEach(json.putArray("labels")::add);
        return CanonicalJson.bytes(json);
    }

    /** Reads the manifest of a graph from its canonical bytes; another kind is refused. */
    public static ModelManifest parse(byte[] bytes) throws ModelException {
        return switch (Manifest.parse(bytes)) {
            case ModelManifest graph -> graph;
            case ScriptManifest script ->
                    throw new ModelException(
                            ModelException.Code.BAD_FORMAT,
                            "model manifest: "
                                    + script.name()
                                    + " is a TorchScript file, and has no graph");
        };
    }

    /** Reads the fields behind the format. */
    static ModelManifest read(JsonFields json) throws JsonException, ModelException {
        String name = json.text("name");
        Digest weights = json.digest("weights");
        Graph graph = GraphJson.read(json.object("graph"));
        RowFormat rows = RowFormat.read(json.object("rows"));
        List<String> labels = json.texts("labels");
        json.end();
        return new ModelManifest(name, graph, weights, rows, labels);
    }
}
