/** The market: matches orders with bids, holds deposits, settles leases on evidence. */
@NullMarked
package dev.assay.market;

import org.jspecify.annotations.NullMarked;
