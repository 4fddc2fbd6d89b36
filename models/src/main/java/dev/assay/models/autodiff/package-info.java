/** Reverse-mode differentiation of operator graphs, and training steps as graphs. */
@NullMarked
package dev.assay.models.autodiff;

import org.jspecify.annotations.NullMarked;
