/** Running every row of an input through a model, unit by unit. */
@NullMarked
package dev.assay.runtime.inference;

import org.jspecify.annotations.NullMarked;
