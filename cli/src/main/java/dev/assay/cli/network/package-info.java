/** The embedded network: market, agents and tenant in one process. */
@NullMarked
package dev.assay.cli.network;

import org.jspecify.annotations.NullMarked;
