/** Tests of the whole project's structure. */
@NullMarked
package dev.assay.architecture;

import org.jspecify.annotations.NullMarked;
