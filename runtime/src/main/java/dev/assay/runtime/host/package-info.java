/** Facts of the machine and the usage of its processes, by OSHI; its types stay in this package. */
@NullMarked
package dev.assay.runtime.host;

import org.jspecify.annotations.NullMarked;
