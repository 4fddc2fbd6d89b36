/** Asks a machine's hardware to vouch for leases, by programs of the provider's own. */
@NullMarked
package dev.assay.agent.hardware;

import org.jspecify.annotations.NullMarked;
