/** TorchScript files, looked through before native code reads them. */
@NullMarked
package dev.assay.models.script;

import org.jspecify.annotations.NullMarked;
