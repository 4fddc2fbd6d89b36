/** The exact engine against naive loops, other instruction sets and C. */
@NullMarked
package dev.assay.runtime.exact;

import org.jspecify.annotations.NullMarked;
