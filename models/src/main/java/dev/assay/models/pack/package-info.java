/** The model package: a manifest and its weights. */
@NullMarked
package dev.assay.models.pack;

import org.jspecify.annotations.NullMarked;
