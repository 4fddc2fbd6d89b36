/** The reverse auction: which bids are admitted, and which one wins. */
@NullMarked
package dev.assay.market.auction;

import org.jspecify.annotations.NullMarked;
