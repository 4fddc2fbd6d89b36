package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.ImageName;
import dev.assay.protocol.lease.Fault;
import dev.assay.runtime.container.ContainerEvent;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerException.Code;
import dev.assay.runtime.container.EngineImage;
import dev.assay.runtime.container.ImageResolver;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Images from a registry on this machine and from archives, on the real engine. */
class ImageTest {
    private static final long MAX = 16L << 20;

    @TempDir private Path folder;
    private Machine machine;
    private FakeRegistry registry;
    private TestImage image;

    @BeforeEach
    void open() throws Exception {
        machine = Machine.here(folder);
        registry = new FakeRegistry();
        image = TestImage.of(layer(folder.toString()), Map.of());
    }

    /** A layer that no other test has, so that it is really fetched. */
    private static byte[] layer(String content) {
        return new TestImage.Tar().folder("d").file("d/f", 0644, content).bytes();
    }

    @AfterEach
    void close() throws Exception {
        if (machine != null) {
            registry.close();
            for (ContainerEvent event : machine.events) {
                if (event instanceof ContainerEvent.ImageReady ready) {
                    machine.engine.removeImage(ready.id());
                }
            }
            machine.close();
        }
    }

    private ImageResolver resolver(long maxBytes, boolean local) {
        return new ImageResolver(machine.engine, machine.blobs, maxBytes, local);
    }

    private EngineImage resolve(String name) throws ContainerException {
        return resolver(MAX, false).resolve(ImageName.parse(name), machine.events::add);
    }

    @Test
    void image_byTag_isFetchedWithProgressAndPinned() throws Exception {
        Digest digest = registry.publish("work/a", "v1", image);
        EngineImage resolved = resolve(registry.name("work/a:v1"));
        assertThat(resolved.id()).isEqualTo(Digest.sha256(image.config).toString());
        assertThat(resolved.names()).containsExactly(registry.name("work/a@" + digest));
        assertThat(machine.events)
                .anyMatch(
                        event ->
                                event instanceof ContainerEvent.Pulling pulling
                                        && pulling.progress().totalBytes() > 0)
                .contains(new ContainerEvent.ImageReady(registry.name("work/a:v1"), resolved.id()));
    }

    @Test
    void image_byTagThatMoved_isWhatTheTagStandsForNow() throws Exception {
        registry.publish("work/a", "latest", image);
        EngineImage first = resolve(registry.name("work/a"));
        TestImage other = TestImage.of(layer("other " + folder), Map.of());
        registry.publish("work/a", "latest", other);
        EngineImage second = resolve(registry.name("work/a"));
        assertThat(first.id()).isEqualTo(Digest.sha256(image.config).toString());
        assertThat(second.id()).isEqualTo(Digest.sha256(other.config).toString());
    }

    @Test
    void image_byDigest_isThatImage() throws Exception {
        Digest digest = registry.publish("a", "v1", image);
        assertThat(resolve(registry.name("a@" + digest)).id())
                .isEqualTo(Digest.sha256(image.config).toString());
        assertThat(resolve(registry.name("a:v1@" + digest)).id())
                .isEqualTo(Digest.sha256(image.config).toString());
    }

    @Test
    void image_thatTheRegistryLacks_isTheTenantsFault() {
        assertRefused(registry.name("no/such:image"), Code.IMAGE_MISSING, Fault.TENANT);
        assertRefused(
                registry.name("no/such@" + Digest.sha256(new byte[0])),
                Code.IMAGE_MISSING,
                Fault.TENANT);
    }

    @Test
    void registry_thatDoesNotAnswer_isNobodysFault() {
        String name = registry.name("a:v1");
        registry.close();
        assertRefused(name, Code.REGISTRY, Fault.NONE);
    }

    private void assertRefused(String name, Code code, Fault fault) {
        assertThatThrownBy(() -> resolve(name))
                .isInstanceOfSatisfying(
                        ContainerException.class,
                        e -> {
                            assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
                            assertThat(e.code().fault()).isEqualTo(fault);
                        })
                .hasMessageContaining(name.substring(0, name.indexOf('/')));
    }

    @Test
    void image_thatIsTooLarge_isNotTaken() throws Exception {
        byte[] noise = new byte[3 << 20];
        new java.util.Random(folder.hashCode()).nextBytes(noise);
        registry.publish(
                "big",
                "v1",
                TestImage.of(new TestImage.Tar().file("n", 0644, noise).bytes(), Map.of()));
        assertThatThrownBy(
                        () ->
                                resolver(1 << 20, false)
                                        .resolve(
                                                ImageName.parse(registry.name("big:v1")),
                                                machine.events::add))
                .isInstanceOfSatisfying(
                        ContainerException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.IMAGE_REFUSED));
        assertThat(machine.engine.image(registry.name("big:v1"))).isEmpty();
    }

    /** A machine's own images are not a stranger's to run. */
    @Test
    void image_thatOnlyTheEngineHas_isNotAStrangersUnlessAllowed() throws Exception {
        Digest archive = machine.blobs.put(image.saved());
        EngineImage own = resolve(archive.toString());
        String name = registry.name("private/thing");
        machine.docker().tagImageCmd(own.id(), name, "v1").exec();
        assertRefused(name + ":v1", Code.IMAGE_MISSING, Fault.TENANT);
        assertThat(
                        resolver(MAX, true)
                                .resolve(ImageName.parse(name + ":v1"), machine.events::add)
                                .id())
                .isEqualTo(own.id());
    }

    @Test
    void archive_ofOneImage_isLoadedUnderNoNameButItsId() throws Exception {
        String wanted = "someone/elses:latest";
        Digest archive = machine.blobs.put(image.saved(wanted));
        EngineImage resolved = resolve(archive.toString());
        assertThat(resolved.id()).isEqualTo(Digest.sha256(image.config).toString());
        assertThat(machine.engine.image(wanted)).isEmpty();
    }

    @Test
    void archive_thatUnpacksTooLarge_isNotLoaded() throws Exception {
        byte[] zeros = new TestImage.Tar().file("zeros", 0644, new byte[2 << 20]).bytes();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(zeros);
        }
        TestImage bomb = TestImage.of(packed.toByteArray(), Map.of());
        Digest archive = machine.blobs.put(bomb.saved());
        assertThatThrownBy(
                        () ->
                                resolver(1 << 20, false)
                                        .resolve(
                                                new ImageName.Archive(archive),
                                                machine.events::add))
                .isInstanceOfSatisfying(
                        ContainerException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.IMAGE_REFUSED))
                .hasMessageContaining("unpacked");
    }

    @Test
    void archive_thatIsNone_isTheTenantsFault() throws Exception {
        Digest archive =
                machine.blobs.put("not a tar".repeat(100).getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> resolve(archive.toString()))
                .isInstanceOfSatisfying(
                        ContainerException.class,
                        e -> assertThat(e.code().fault()).isEqualTo(Fault.TENANT));
    }

    @Test
    void archive_thatIsNotStored_isTheProvidersFault() {
        Digest missing = Digest.sha256(folder.toString().getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> resolve(missing.toString()))
                .isInstanceOfSatisfying(
                        ContainerException.class, e -> assertThat(e.code()).isEqualTo(Code.INPUT));
    }

    @Test
    void volumes_whereNoneCanBe_areRefused() throws Exception {
        for (String path :
                new String[] {"/", "/proc/x", "/assay/in", "/dev", "relative", "/a/../sys"}) {
            TestImage hostile =
                    TestImage.of(layer(path), Map.of("Volumes", Map.of(path, Map.of())));
            Digest archive = machine.blobs.put(hostile.saved());
            assertThatThrownBy(() -> resolve(archive.toString()))
                    .as(path)
                    .isInstanceOfSatisfying(
                            ContainerException.class,
                            e -> assertThat(e.code()).isEqualTo(Code.IMAGE_REFUSED));
        }
    }
}
