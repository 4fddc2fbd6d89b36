/** A stranger's container on this machine: its limits, one run of it, and what comes out. */
@NullMarked
package dev.assay.runtime.container;

import org.jspecify.annotations.NullMarked;
