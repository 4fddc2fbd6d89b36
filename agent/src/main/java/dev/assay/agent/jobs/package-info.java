/** The work of a lease: from its award to its logged result. */
@NullMarked
package dev.assay.agent.jobs;

import org.jspecify.annotations.NullMarked;
