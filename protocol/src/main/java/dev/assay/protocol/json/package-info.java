/** Strict and canonical JSON. */
@NullMarked
package dev.assay.protocol.json;

import org.jspecify.annotations.NullMarked;
