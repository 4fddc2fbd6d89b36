/** Runner processes: engines with native code, each in a process of its own. */
@NullMarked
package dev.assay.runtime.runner;

import org.jspecify.annotations.NullMarked;
