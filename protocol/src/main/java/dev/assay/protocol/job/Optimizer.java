package dev.assay.protocol.job;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;

import java.math.BigDecimal;

/**
 * How a training step changes the weights. Hyper-parameters are decimals in their one shortest form
 * ({@code 0.05}, not {@code 5e-2} or {@code 0.050}), rounded once to where they are used.
 */
public sealed interface Optimizer {
    /** The optimizer's name in job specs. */
    String name();

    ObjectNode json();

    /**
     * Stochastic gradient descent: {@code v = momentum · v + g}, {@code x = x − learningRate · v}.
     */
    record Sgd(String learningRate, String momentum) implements Optimizer {
        static final String NAME = "sgd";

        public Sgd {
            positive("learningRate", learningRate);
            belowOne("momentum", momentum);
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public ObjectNode json() {
            return CanonicalJson.object()
                    .put("name", NAME)
                    .put("learningRate", learningRate)
                    .put("momentum", momentum);
        }
    }

    /**
     * Adam with its corrections for averages that begin at 0.
     *
     * @see <a href="https://arxiv.org/abs/1412.6980">Kingma and Ba, Adam: A Method for Stochastic
     *     Optimization</a>
     */
    record Adam(String learningRate, String beta1, String beta2, String epsilon)
            implements Optimizer {
        static final String NAME = "adam";

        public Adam {
            positive("learningRate", learningRate);
            belowOne("beta1", beta1);
            belowOne("beta2", beta2);
            positive("epsilon", epsilon);
        }

        /** The paper's settings but for the learning rate. */
        public static Adam of(String learningRate) {
            return new Adam(learningRate, "0.9", "0.999", "0.00000001");
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public ObjectNode json() {
            return CanonicalJson.object()
                    .put("name", NAME)
                    .put("learningRate", learningRate)
                    .put("beta1", beta1)
                    .put("beta2", beta2)
                    .put("epsilon", epsilon);
        }
    }

    /** Reads what {@link #json} writes. */
    static Optimizer parse(JsonFields json) throws JsonException {
        String name = json.text("name");
        try {
            Optimizer optimizer =
                    switch (name) {
                        case Sgd.NAME -> new Sgd(json.text("learningRate"), json.text("momentum"));
                        case Adam.NAME ->
                                new Adam(
                                        json.text("learningRate"),
                                        json.text("beta1"),
                                        json.text("beta2"),
                                        json.text("epsilon"));
                        default ->
                                throw json.error(
                                        "unknown optimizer '" + name + "'; use sgd or adam");
                    };
            json.end();
            return optimizer;
        } catch (IllegalArgumentException e) {
            throw json.error(e.getMessage());
        }
    }

    private static void positive(String name, String decimal) {
        if (decimal(name, decimal).signum() == 0) {
            throw new IllegalArgumentException(name + " must be more than 0");
        }
    }

    /** Below 1 also as the fp32 number that a step computes with. */
    private static void belowOne(String name, String decimal) {
        if (decimal(name, decimal).floatValue() >= 1) {
            throw new IllegalArgumentException(name + " must be from 0 to below 1, not " + decimal);
        }
    }

    private static BigDecimal decimal(String name, String decimal) {
        if (!decimal.matches("(0|[1-9][0-9]{0,5})(\\.[0-9]{0,17}[1-9])?")) {
            throw new IllegalArgumentException(
                    name
                            + " '"
                            + decimal
                            + "' must be a decimal such as 0.05, without exponent or needless"
                            + " zeros");
        }
        return new BigDecimal(decimal);
    }
}
