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
import dev.assay.protocol.json.StrictJson;

import java.util.List;

/**
 * What a model package says of itself: the graph, the digest of its weights, how input rows are
 * read, and what the outputs mean. The manifest's own digest, over its canonical bytes, covers all
 * of it and identifies the model.
 *
 * @param weights SHA-256 of the safetensors file with one tensor per graph parameter
 * @param labels what each column of the output stands for; empty when it has no names
 */
public record ModelManifest(
        String name, Graph graph, Digest weights, RowFormat rows, List<String> labels) {
    static final String FORMAT = "assay.model/v1";
    private static final int MAX_BYTES = 64 << 20;

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

    /**
     * The model's input for some rows of an input file: {@code count} rows from {@code first} on.
     */
    public Tensor input(Tensor rowValues, int first, int count) {
        Tensor slice = rowValues.rows(first, count);
        return Tensor.of(input().shape().withBatch(count), slice.values());
    }

    /** The type of the model's one output. */
    public TensorType output() {
        return graph.type(graph.outputs().getFirst());
    }

    /** The canonical bytes, as they are stored and digested. */
    public byte[] bytes() {
        ObjectNode json = CanonicalJson.object();
        json.put("format", FORMAT).put("name", name).put("weights", weights.toString());
        json.set("graph", GraphJson.write(graph));
        json.putObject("rows")
                .put("format", "csv")
                .put("columns", rows.columns())
                .put("minimum", rows.minimum())
                .put("maximum", rows.maximum())
                .put("divisor", rows.divisor());
        labels.forEach(json.putArray("labels")::add);
        return CanonicalJson.bytes(json);
    }

    /** Reads a manifest from its canonical bytes. */
    public static ModelManifest parse(byte[] bytes) throws ModelException {
        try {
            JsonFields json =
                    JsonFields.of(
                            StrictJson.canonicalObject(bytes, MAX_BYTES, "model manifest"),
                            "model manifest");
            json.text("format", FORMAT);
            String name = json.text("name");
            Digest weights = json.digest("weights");
            Graph graph = GraphJson.read(json.object("graph"));
            JsonFields rows = json.object("rows");
            rows.text("format", "csv");
            RowFormat format =
                    new RowFormat(
                            rows.integer("columns", 1, 1 << 20),
                            rows.integer("minimum", Integer.MIN_VALUE, Integer.MAX_VALUE),
                            rows.integer("maximum", Integer.MIN_VALUE, Integer.MAX_VALUE),
                            rows.integer("divisor", 1, Integer.MAX_VALUE));
            rows.end();
            List<String> labels = json.texts("labels");
            json.end();
            return new ModelManifest(name, graph, weights, format, labels);
        } catch (JsonException | IllegalArgumentException e) {
            throw new ModelException(
                    ModelException.Code.BAD_FORMAT, String.valueOf(e.getMessage()));
        }
    }
}
