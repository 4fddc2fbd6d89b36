/** Puts a provider's whole history together from what a home keeps. */
@NullMarked
package dev.assay.cli.history;

import org.jspecify.annotations.NullMarked;
