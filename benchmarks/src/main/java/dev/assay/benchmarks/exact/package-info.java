/** The exact engine's speed beside PyTorch's. */
@NullMarked
package dev.assay.benchmarks.exact;

import org.jspecify.annotations.NullMarked;
