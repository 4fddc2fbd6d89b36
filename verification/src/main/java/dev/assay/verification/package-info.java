/** What every part of verification shares: the one way it reports what does not stand up. */
@NullMarked
package dev.assay.verification;

import org.jspecify.annotations.NullMarked;
