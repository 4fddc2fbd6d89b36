package dev.assay.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicReference;

class GpuSessionTest {
    @Test
    void session_onAVirtualThread_isRefused() throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread.ofVirtual()
                .start(() -> thrown.set(catchThrowable(() -> GpuSession.open(0).close())))
                .join();
        assertThat(thrown.get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a GPU session needs a platform thread");
    }
}
