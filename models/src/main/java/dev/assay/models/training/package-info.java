/** Training runs: the order of rows, steps, training checkpoints and their replay. */
@NullMarked
package dev.assay.models.training;

import org.jspecify.annotations.NullMarked;
