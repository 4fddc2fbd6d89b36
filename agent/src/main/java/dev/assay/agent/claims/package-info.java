/** Which lease holds which GPU: granted by one owner, durable, ended exactly once. */
@NullMarked
package dev.assay.agent.claims;

import org.jspecify.annotations.NullMarked;
