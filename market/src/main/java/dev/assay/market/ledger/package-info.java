/** Double-entry books: accounts, transfers and the rules that keep them whole. */
@NullMarked
package dev.assay.market.ledger;

import org.jspecify.annotations.NullMarked;
