/** Leases, failures and whose fault they are. */
@NullMarked
package dev.assay.protocol.lease;

import org.jspecify.annotations.NullMarked;
