/** Evidence: orders, leases, receipts and results whose signatures and contents were verified. */
@NullMarked
package dev.assay.verification.attest;

import org.jspecify.annotations.NullMarked;
