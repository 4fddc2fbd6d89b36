/** Tensors: element types, shapes and dense values. */
@NullMarked
package dev.assay.models.tensor;

import org.jspecify.annotations.NullMarked;
