/** in-toto statements and the predicates that Assay signs. */
@NullMarked
package dev.assay.verification.statement;

import org.jspecify.annotations.NullMarked;
