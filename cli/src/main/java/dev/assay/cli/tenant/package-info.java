/** The tenant's client: from a job file to a settled order and its evidence. */
@NullMarked
package dev.assay.cli.tenant;

import org.jspecify.annotations.NullMarked;
