/** The audit of a provider's whole history. */
@NullMarked
package dev.assay.benchmarks.history;

import org.jspecify.annotations.NullMarked;
