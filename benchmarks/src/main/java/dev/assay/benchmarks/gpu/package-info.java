/** What only a machine with a GPU can show. */
@NullMarked
package dev.assay.benchmarks.gpu;

import org.jspecify.annotations.NullMarked;
