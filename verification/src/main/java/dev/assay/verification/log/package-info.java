/** The transparency log: Merkle trees, proofs, signed notes and the durable log of tiles. */
@NullMarked
package dev.assay.verification.log;

import org.jspecify.annotations.NullMarked;
