/** The job specification: what a tenant asks for, read from YAML. */
@NullMarked
package dev.assay.protocol.job;

import org.jspecify.annotations.NullMarked;
