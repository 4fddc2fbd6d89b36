/** Runner processes against the same work in this process. */
@NullMarked
package dev.assay.benchmarks.runner;

import org.jspecify.annotations.NullMarked;
