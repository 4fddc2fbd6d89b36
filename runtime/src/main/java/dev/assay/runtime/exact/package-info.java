/**
 * The exact engine: operator graphs in pure Java, every bit of the result fixed by IEEE 754 and the
 * order of operations.
 */
@NullMarked
package dev.assay.runtime.exact;

import org.jspecify.annotations.NullMarked;
