/**
 * NVML, the management library of NVIDIA's driver, through the Foreign Function and Memory API. No
 * foreign memory or handle leaves this package.
 */
@NullMarked
package dev.assay.runtime.nvml;

import org.jspecify.annotations.NullMarked;
