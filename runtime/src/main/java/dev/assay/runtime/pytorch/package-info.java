/** The engine that runs graphs on DJL's PyTorch; DJL's types stay in this package. */
@NullMarked
package dev.assay.runtime.pytorch;

import org.jspecify.annotations.NullMarked;
