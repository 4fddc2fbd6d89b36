/** Logs and witnesses over HTTP, with the JDK's server and client. */
@NullMarked
package dev.assay.verification.http;

import org.jspecify.annotations.NullMarked;
