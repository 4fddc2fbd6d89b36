/** What a deposit must cover, and how it is divided when a lease closes. */
@NullMarked
package dev.assay.market.escrow;

import org.jspecify.annotations.NullMarked;
