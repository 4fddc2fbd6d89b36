/** The interface through which a graph is run, and the trace of a run. */
@NullMarked
package dev.assay.models.engine;

import org.jspecify.annotations.NullMarked;
