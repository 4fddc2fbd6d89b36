/** Operator graphs: operators, nodes, shape and type inference. */
@NullMarked
package dev.assay.models.graph;

import org.jspecify.annotations.NullMarked;
