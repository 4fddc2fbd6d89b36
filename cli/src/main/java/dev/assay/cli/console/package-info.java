/** What the user sees: text for people, JSON lines for machines. */
@NullMarked
package dev.assay.cli.console;

import org.jspecify.annotations.NullMarked;
