/** What a provider signs of its machine. */
@NullMarked
package dev.assay.agent.inventory;

import org.jspecify.annotations.NullMarked;
