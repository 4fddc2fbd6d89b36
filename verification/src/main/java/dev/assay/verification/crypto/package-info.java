/** Keys, signatures and the files that hold keys. */
@NullMarked
package dev.assay.verification.crypto;

import org.jspecify.annotations.NullMarked;
