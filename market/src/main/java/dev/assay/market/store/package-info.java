/** The market's database. JDBC, JDBI and Flyway types stay in this package. */
@NullMarked
package dev.assay.market.store;

import org.jspecify.annotations.NullMarked;
