/** What a lease consumed: cumulative meters. */
@NullMarked
package dev.assay.protocol.usage;

import org.jspecify.annotations.NullMarked;
