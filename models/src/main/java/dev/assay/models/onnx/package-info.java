/** ONNX files, imported as operator graphs. */
@NullMarked
package dev.assay.models.onnx;

import org.jspecify.annotations.NullMarked;
