/** Signatures and verifications a second, against the JDK and Bouncy Castle's own provider. */
@NullMarked
package dev.assay.benchmarks.signatures;

import org.jspecify.annotations.NullMarked;
