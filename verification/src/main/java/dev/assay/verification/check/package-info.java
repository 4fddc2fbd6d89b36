/** Checks of a result by replay: what is drawn is computed again and compared. */
@NullMarked
package dev.assay.verification.check;

import org.jspecify.annotations.NullMarked;
