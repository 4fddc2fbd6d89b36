/** Digests and the identifiers made of them. */
@NullMarked
package dev.assay.protocol.id;

import org.jspecify.annotations.NullMarked;
