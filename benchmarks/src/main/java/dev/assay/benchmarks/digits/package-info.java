/** The built-in classifier on both engines. */
@NullMarked
package dev.assay.benchmarks.digits;

import org.jspecify.annotations.NullMarked;
