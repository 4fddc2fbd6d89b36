@NullMarked
package dev.assay.runtime.training;

import org.jspecify.annotations.NullMarked;
