/** Attacks kept as files, each with the finding that it must produce, and what makes them. */
@NullMarked
package dev.assay.verification.attacks;

import org.jspecify.annotations.NullMarked;
