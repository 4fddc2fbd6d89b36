package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.lease.Fault;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.EngineFacts;

import org.junit.jupiter.api.Test;

import java.net.URI;

class DockerEngineTest {
    @Test
    void engine_thatRuns_saysWhatItIs() throws Exception {
        try (DockerEngine engine = TestDocker.connect()) {
            EngineFacts facts = engine.facts();
            assertThat(facts.version()).matches("[0-9]+\\.[0-9]+.*");
            assertThat(facts.storageDriver()).isNotBlank();
            assertThat(facts.runtimes()).contains("runc");
        }
    }

    @Test
    void engine_thatDoesNotAnswer_isTheProvidersFault() {
        try (DockerEngine engine = DockerEngine.at(URI.create("unix:///nonexistent/docker.sock"))) {
            assertThatThrownBy(engine::facts)
                    .isInstanceOfSatisfying(
                            ContainerException.class,
                            e -> {
                                assertThat(e.code())
                                        .isEqualTo(ContainerException.Code.ENGINE_UNREACHABLE);
                                assertThat(e.code().fault()).isEqualTo(Fault.PROVIDER);
                            })
                    .hasMessageContaining("/nonexistent/docker.sock");
        }
    }
}
