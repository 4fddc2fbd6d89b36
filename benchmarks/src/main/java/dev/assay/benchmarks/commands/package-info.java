/** The assay command as whole processes. */
@NullMarked
package dev.assay.benchmarks.commands;

import org.jspecify.annotations.NullMarked;
