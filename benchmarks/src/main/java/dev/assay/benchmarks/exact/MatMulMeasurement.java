package dev.assay.benchmarks.exact;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.models.ModelException;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.runtime.exact.ExactEngine;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Measures matrix products in this process, contestants taking turns. Arguments: the file to write,
 * threads, rounds, sizes.
 */
final class MatMulMeasurement {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long WARM_UP_NANOS = 3_000_000_000L;
    private static final long TURN_NANOS = 200_000_000L;
    private static final int SAMPLES = 2_000;

    private final int size;
    private final int rounds;
    private final Random random = new Random(1);

    private MatMulMeasurement(int size, int rounds) {
        this.size = size;
        this.rounds = rounds;
    }

    /** One way to multiply; leaves nothing behind. */
    @FunctionalInterface
    private interface Contestant {
        void multiply() throws EngineException;
    }

    public static void main(String[] args) throws Exception {
        int threads = Integer.parseInt(args[1]);
        ArrayNode results = JSON.createArrayNode();
        try (ExactEngine engine = new ExactEngine(threads);
                NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            for (String size : Arrays.asList(args).subList(3, args.length)) {
                MatMulMeasurement measurement =
                        new MatMulMeasurement(Integer.parseInt(size), Integer.parseInt(args[2]));
                ObjectNode result = measurement.run(engine, manager);
                double peak = threads * FmaPeak.gflops();
                result.put("threads", threads).put("fmaPeakGflops", rounded(peak));
                results.add(result);
            }
        }
        JSON.writeValue(Path.of(args[0]).toFile(), results);
    }

    private ObjectNode run(ExactEngine engine, NDManager manager)
            throws ModelException, EngineException {
        Tensor a = matrix();
        Tensor b = matrix();
        try (LoadedModel loaded = engine.load(product(true), Map.of("b", b));
                LoadedModel fresh = engine.load(product(false), Map.of());
                NDManager arrays = manager.newSubManager()) {
            ai.djl.ndarray.types.Shape shape = new ai.djl.ndarray.types.Shape(size, size);
            NDArray left = arrays.create(a.values(), shape);
            NDArray right = arrays.create(b.values(), shape);
            checkBits(a, b, loaded.run(a));
            Contestant[] contestants = {
                () -> loaded.run(a),
                () -> fresh.run(List.of(a, b), Trace.OFF),
                () -> left.matMul(right).close()
            };
            double[][] gflops = new double[contestants.length][rounds];
            for (Contestant contestant : contestants) {
                speed(contestant, WARM_UP_NANOS);
            }
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < contestants.length; i++) {
                    gflops[i][round] = speed(contestants[i], TURN_NANOS);
                }
            }
            return report(gflops);
        }
    }

    private Tensor matrix() {
        float[] values = new float[size * size];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(Shape.of(size, size), values);
    }

    /** {@code a × b}, b being a parameter or an input. */
    private Graph product(boolean constant) throws ModelException {
        TensorType type = TensorType.f32(size, size);
        Graph.Builder graph = Graph.builder().input("a", type);
        return (constant ? graph.parameter("b", type) : graph.input("b", type))
                .node("c", new Operator.MatMul(), "a", "b")
                .build("c");
    }

    /** Multiplies for about this long; GFLOP/s. */
    private double speed(Contestant contestant, long nanos) throws EngineException {
        long begin = System.nanoTime();
        long now = begin;
        int runs = 0;
        while (now - begin < nanos) {
            contestant.multiply();
            runs++;
            now = System.nanoTime();
        }
        return 2.0 * size * size * size * runs / (now - begin);
    }

    private void checkBits(Tensor a, Tensor b, Tensor c) {
        for (int sample = 0; sample < SAMPLES; sample++) {
            int row = random.nextInt(size);
            int column = random.nextInt(size);
            float sum = 0f;
            for (int k = 0; k < size; k++) {
                sum = Math.fma(a.values()[row * size + k], b.values()[k * size + column], sum);
            }
            if (Float.floatToRawIntBits(sum)
                    != Float.floatToRawIntBits(c.values()[row * size + column])) {
                throw new AssertionError("wrong bits at row " + row + ", column " + column);
            }
        }
    }

    private ObjectNode report(double[][] gflops) {
        double exact = median(gflops[0]);
        double pytorch = median(gflops[2]);
        ObjectNode report = JSON.createObjectNode();
        report.put("size", size);
        report.put("exactGflops", rounded(exact));
        report.put("exactBothFreshGflops", rounded(median(gflops[1])));
        report.put("pytorchGflops", rounded(pytorch));
        report.put("ratio", rounded(exact / pytorch));
        report.put("elementsChecked", SAMPLES);
        ObjectNode samples = report.putObject("samples");
        String[] names = {"exact", "exactBothFresh", "pytorch"};
        for (int i = 0; i < names.length; i++) {
            ArrayNode array = samples.putArray(names[i]);
            Arrays.stream(gflops[i]).map(MatMulMeasurement::rounded).forEach(array::add);
        }
        return report;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
