/** The content-addressed blob store. */
@NullMarked
package dev.assay.protocol.blob;

import org.jspecify.annotations.NullMarked;
