/** Rates of this machine that matter for matching: arithmetic, memory, transfers, disk. */
@NullMarked
package dev.assay.runtime.bench;

import org.jspecify.annotations.NullMarked;
