/** What every package of the models module shares: its errors. */
@NullMarked
package dev.assay.models;

import org.jspecify.annotations.NullMarked;
