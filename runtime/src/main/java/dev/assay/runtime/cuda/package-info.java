/** NVIDIA's CUDA driver through JCuda's driver API; its types stay in this package. */
@NullMarked
package dev.assay.runtime.cuda;

import org.jspecify.annotations.NullMarked;
