/** DSSE envelopes: signed payloads with one signature and one byte form. */
@NullMarked
package dev.assay.verification.dsse;

import org.jspecify.annotations.NullMarked;
