/** Whether to bid on an order, and at which rate. */
@NullMarked
package dev.assay.agent.bidding;

import org.jspecify.annotations.NullMarked;
