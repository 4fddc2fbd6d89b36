/** The agent itself: its connection to the market and the attempts it runs. */
@NullMarked
package dev.assay.agent.daemon;

import org.jspecify.annotations.NullMarked;
