/** What an agent costs its provider while it has no work, and what metering costs while it has. */
@NullMarked
package dev.assay.benchmarks.metering;

import org.jspecify.annotations.NullMarked;
