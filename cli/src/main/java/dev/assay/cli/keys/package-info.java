/** The keys of a home: files, tokens, passphrases, and the statements about them. */
@NullMarked
package dev.assay.cli.keys;

import org.jspecify.annotations.NullMarked;
