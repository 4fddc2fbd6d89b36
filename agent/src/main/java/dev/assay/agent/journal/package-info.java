/** What an agent must not forget, in SQLite. JDBC types stay in this package. */
@NullMarked
package dev.assay.agent.journal;

import org.jspecify.annotations.NullMarked;
