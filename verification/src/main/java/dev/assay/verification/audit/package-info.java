/** Evidence folders: putting one together, and auditing one offline with nothing else at hand. */
@NullMarked
package dev.assay.verification.audit;

import org.jspecify.annotations.NullMarked;
