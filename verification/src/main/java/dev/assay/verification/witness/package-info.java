/** Witnesses: who cosigns a log's checkpoints, and how a log asks them to. */
@NullMarked
package dev.assay.verification.witness;

import org.jspecify.annotations.NullMarked;
