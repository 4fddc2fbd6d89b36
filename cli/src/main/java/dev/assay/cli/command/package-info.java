/** The subcommands: options, and what each does. */
@NullMarked
package dev.assay.cli.command;

import org.jspecify.annotations.NullMarked;
