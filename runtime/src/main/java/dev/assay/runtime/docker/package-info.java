/** The adapter of docker-java: Docker Engine as a {@code ContainerEngine}. */
@NullMarked
package dev.assay.runtime.docker;

import org.jspecify.annotations.NullMarked;
