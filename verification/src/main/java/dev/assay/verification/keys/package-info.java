/** Which keys are valid where in a log: registered, rotated and revoked by statements in it. */
@NullMarked
package dev.assay.verification.keys;

import org.jspecify.annotations.NullMarked;
