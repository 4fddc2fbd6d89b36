/** Parsers of bytes from outside, fuzzed. All of it is tests: see docs/fuzzing.md. */
@NullMarked
package dev.assay.fuzz;

import org.jspecify.annotations.NullMarked;
