/** Values that name a device, whichever source speaks of it. */
@NullMarked
package dev.assay.runtime.device;

import org.jspecify.annotations.NullMarked;
