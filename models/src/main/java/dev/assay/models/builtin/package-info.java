/** The model packages that are shipped with the program. */
@NullMarked
package dev.assay.models.builtin;

import org.jspecify.annotations.NullMarked;
