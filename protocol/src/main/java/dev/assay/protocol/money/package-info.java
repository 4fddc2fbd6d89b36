/** Money: integer micro-units of a denom, and prices. */
@NullMarked
package dev.assay.protocol.money;

import org.jspecify.annotations.NullMarked;
