/**
 * What a machine has: its GPUs as each independent source sees them, and where the sources
 * disagree.
 */
@NullMarked
package dev.assay.runtime.inventory;

import org.jspecify.annotations.NullMarked;
