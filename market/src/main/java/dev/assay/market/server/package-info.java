/** The market itself: its services, its one state thread, its timers. */
@NullMarked
package dev.assay.market.server;

import org.jspecify.annotations.NullMarked;
