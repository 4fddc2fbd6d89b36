/** What a provider's past says about its next lease. */
@NullMarked
package dev.assay.market.reputation;

import org.jspecify.annotations.NullMarked;
