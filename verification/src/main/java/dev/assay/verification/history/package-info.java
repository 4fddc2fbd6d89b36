/** The whole history of a provider, as files, and its audit in one pass over them. */
@NullMarked
package dev.assay.verification.history;

import org.jspecify.annotations.NullMarked;
