/** Sigstore bundles: a signed statement with the proof that a log holds it, in one file. */
@NullMarked
package dev.assay.verification.bundle;

import org.jspecify.annotations.NullMarked;
