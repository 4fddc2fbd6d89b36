/** The services the roles speak, as plain Java interfaces; transports adapt them. */
@NullMarked
package dev.assay.protocol.market;

import org.jspecify.annotations.NullMarked;
