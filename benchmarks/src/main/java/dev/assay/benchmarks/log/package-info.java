/** What durable appends to the transparency log cost, and how long opening and checking it take. */
@NullMarked
package dev.assay.benchmarks.log;

import org.jspecify.annotations.NullMarked;
