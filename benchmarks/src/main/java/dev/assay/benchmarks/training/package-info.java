/** Training steps on both engines. */
@NullMarked
package dev.assay.benchmarks.training;

import org.jspecify.annotations.NullMarked;
