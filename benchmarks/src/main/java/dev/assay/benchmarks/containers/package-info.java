/** Containers, against the engine's own command. */
@NullMarked
package dev.assay.benchmarks.containers;

import org.jspecify.annotations.NullMarked;
