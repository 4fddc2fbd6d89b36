/** How long a Sigstore bundle takes to verify, against sigstore-js. */
@NullMarked
package dev.assay.benchmarks.bundles;

import org.jspecify.annotations.NullMarked;
