package dev.assay.runtime.docker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.runtime.container.ContainerException;

import java.net.URI;

/** The engine the tests run against: at DOCKER_HOST, else at the usual socket. */
final class TestDocker {
    private TestDocker() {}

    /** Connects; without an engine the test is reported as skipped, with the reason. */
    static DockerEngine connect() {
        String host = System.getenv("DOCKER_HOST");
        DockerEngine engine =
                DockerEngine.at(host == null ? DockerEngine.DEFAULT_SOCKET : URI.create(host));
        try {
            engine.facts();
            return engine;
        } catch (ContainerException e) {
            engine.close();
            assumeTrue(false, e.getMessage());
            throw new AssertionError(e);
        }
    }
}
