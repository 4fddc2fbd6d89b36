/**
 * What an attempt uses of the machine: processors, memory and GPUs, once a second, and the faults
 * that are seen on the way.
 */
@NullMarked
package dev.assay.runtime.metering;

import org.jspecify.annotations.NullMarked;
