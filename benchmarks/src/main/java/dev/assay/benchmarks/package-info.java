/** How results are kept. */
@NullMarked
package dev.assay.benchmarks;

import org.jspecify.annotations.NullMarked;
