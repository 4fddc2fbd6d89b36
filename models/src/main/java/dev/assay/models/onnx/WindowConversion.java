package dev.assay.models.onnx;

import dev.assay.models.ModelException;
import dev.assay.models.graph.Operator;
import dev.assay.models.graph.Window;
import dev.assay.models.onnx.Assembly.Value;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;

/** Converts the operators that slide a window over images {@code [N, C, H, W]}. */
record WindowConversion(Step step) {
    Value conv() throws ModelException {
        step.takes(3);
        Value image = image();
        Value filters = step.input(1);
        int[] kernel = kernel(filters.shape(), image.shape());
        step.only("group", 1);
        undilated();
        Window window = window(image.shape(), kernel);
        if (filters.shape().batched()) {
            throw step.error("its filters are rows of the input");
        }
        Value bias = step.has(2) ? step.input(2) : zeros(filters.shape().dim(0));
        return step.assembly().node(step.hint(), new Operator.Conv(window), image, filters, bias);
    }

    /** With its bias added last, one number a channel. */
    Value convTranspose() throws ModelException {
        step.takes(3);
        Value image = image();
        Value filters = step.input(1);
        int[] kernel = kernel(filters.shape(), image.shape());
        step.only("group", 1);
        undilated();
        if (!step.text("auto_pad", "NOTSET").equals("NOTSET")) {
            throw step.error("auto_pad is not supported here; export it with pads");
        }
        if (step.integers("output_shape").isPresent()) {
            throw step.error("output_shape is not supported; export it with output_padding");
        }
        int[] rest = step.integers("output_padding", 2, 0);
        Operator operator =
                new Operator.ConvTranspose(window(image.shape(), kernel), rest[0], rest[1]);
        if (!step.has(2)) {
            return step.assembly().node(step.hint(), operator, image, filters);
        }
        Value y = step.assembly().node(step.hint() + ".product", operator, image, filters);
        Tensor bias = step.constant(2).orElseThrow(() -> step.error("its bias must be a constant"));
        Value column =
                step.assembly()
                        .parameter(
                                step.hint() + ".bias",
                                Tensor.of(Shape.of(bias.values().length, 1, 1), bias.values()));
        return step.assembly().node(step.hint(), new Operator.Add(), y, column);
    }

    Value maxPool() throws ModelException {
        step.only("storage_order", 0);
        undilated();
        Value image = image();
        int[] kernel = kernel();
        Window window = pooling(image.shape(), kernel);
        return step.assembly()
                .node(step.hint(), new Operator.MaxPool(kernel[0], kernel[1], window), image);
    }

    Value averagePool() throws ModelException {
        boolean countsPads = step.integer("count_include_pad", 0) != 0;
        undilated();
        Value image = image();
        int[] kernel = kernel();
        Window window = pooling(image.shape(), kernel);
        boolean padded =
                (window.padTop() | window.padLeft() | window.padBottom() | window.padRight()) != 0;
        if (countsPads && padded) {
            throw step.error("count_include_pad = 1 is not supported");
        }
        return step.assembly()
                .node(step.hint(), new Operator.AveragePool(kernel[0], kernel[1], window), image);
    }

    Value globalAveragePool() throws ModelException {
        Value image = image();
        Shape shape = image.shape();
        return step.assembly()
                .node(
                        step.hint(),
                        new Operator.AveragePool(shape.dim(2), shape.dim(3), Window.of(1, 0)),
                        image);
    }

    private Value image() throws ModelException {
        Value image = step.input(0);
        if (image.shape().rank() != 4) {
            throw step.error("takes images [batch, C, H, W], not " + image.shape());
        }
        return image;
    }

    private Value zeros(int count) throws ModelException {
        return step.assembly()
                .parameter(step.hint() + ".bias", Tensor.of(Shape.of(count), new float[count]));
    }

    private void undilated() throws ModelException {
        int[] dilations = step.integers("dilations", 2, 1);
        if (dilations[0] != 1 || dilations[1] != 1) {
            throw step.error("dilations are not supported");
        }
    }

    private int[] kernel() throws ModelException {
        int[] kernel = step.integers("kernel_shape", 2, 0);
        if (kernel[0] < 1 || kernel[1] < 1) {
            throw step.error("kernel_shape must be two numbers from 1 on");
        }
        return kernel;
    }

    /** The filters' own, with which the attribute must agree. */
    private int[] kernel(Shape filters, Shape image) throws ModelException {
        if (filters.rank() != 4) {
            throw step.error("filters " + filters + " do not fit images " + image);
        }
        int[] kernel = {filters.dim(2), filters.dim(3)};
        int[] named = step.integers("kernel_shape", 2, 0);
        if (named[0] != 0 && (named[0] != kernel[0] || named[1] != kernel[1])) {
            throw step.error("kernel_shape does not fit the filters " + filters);
        }
        return kernel;
    }

    private Window pooling(Shape image, int[] kernel) throws ModelException {
        step.takes(1);
        boolean ceil = step.integer("ceil_mode", 0) != 0;
        Window window = window(image, kernel);
        if (ceil
                && (rest(image.dim(2), window.padTop() + window.padBottom(), kernel[0])
                                        % window.strideH()
                                != 0
                        || rest(image.dim(3), window.padLeft() + window.padRight(), kernel[1])
                                        % window.strideW()
                                != 0)) {
            throw step.error("ceil_mode = 1 is not supported where it adds a row or column");
        }
        return window;
    }

    private static int rest(int extent, int pads, int kernel) {
        return extent + pads - kernel;
    }

    /** ONNX's pads are top, left, bottom, right, as a window's are. */
    private Window window(Shape image, int[] kernel) throws ModelException {
        int[] strides = step.integers("strides", 2, 1);
        if (strides[0] < 1 || strides[1] < 1) {
            throw step.error("strides must be from 1 on");
        }
        String auto = step.text("auto_pad", "NOTSET");
        int[] pads = step.integers("pads", 4, 0);
        int[] used =
                switch (auto) {
                    case "NOTSET" -> pads;
                    case "VALID" -> new int[4];
                    case "SAME_UPPER", "SAME_LOWER" ->
                            same(image, kernel, strides, auto.equals("SAME_LOWER"));
                    default -> throw step.error("auto_pad " + auto + " is unknown");
                };
        return new Window(strides[0], strides[1], used[0], used[1], used[2], used[3]);
    }

    /** As much padding as makes the output's extent the input's over the stride, rounded up. */
    private static int[] same(Shape image, int[] kernel, int[] strides, boolean lower) {
        int[] pads = new int[4];
        for (int axis = 0; axis < 2; axis++) {
            int extent = image.dim(2 + axis);
            int outputs = Math.ceilDiv(extent, strides[axis]);
            int total = Math.max((outputs - 1) * strides[axis] + kernel[axis] - extent, 0);
            int more = total - total / 2;
            pads[axis] = lower ? more : total - more;
            pads[2 + axis] = total - pads[axis];
        }
        return pads;
    }
}
