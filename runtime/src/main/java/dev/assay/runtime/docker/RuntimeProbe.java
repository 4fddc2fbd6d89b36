package dev.assay.runtime.docker;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Network;
import dev.assay.runtime.container.ContainerEngine;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerLimits;
import dev.assay.runtime.container.ContainerRequest;
import dev.assay.runtime.container.ContainerState;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out whether an engine's runtime, such as gVisor's {@code runsc}, really runs containers: it
 * runs one, of an image made here, whose program of a dozen bytes ends with a code of its own.
 * Being listed by the engine says little.
 */
public final class RuntimeProbe {
    /** gVisor, by the name that its documentation gives it. */
    public static final String GVISOR = "runsc";

    private static final int CODE = 42;
    private static final long BASE = 0x400000;
    private static final int HEADERS = 64 + 56;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private RuntimeProbe() {}

    /**
     * Whether the engine has this runtime and it runs containers.
     *
     * @param agent whose container the probe is, should it be left over
     */
    public static boolean runs(ContainerEngine engine, String runtime, String agent)
            throws ContainerException, InterruptedException {
        Optional<byte[]> program = program(System.getProperty("os.arch"));
        if (program.isEmpty() || !engine.facts().runtimes().contains(runtime)) {
            return false;
        }
        String image = load(engine, program.get());
        try {
            return exitCode(engine, image, runtime, agent) == CODE;
        } finally {
            engine.removeImage(image);
        }
    }

    private static int exitCode(ContainerEngine engine, String image, String runtime, String agent)
            throws ContainerException, InterruptedException {
        String container =
                engine.create(
                        new ContainerRequest(
                                "assay-probe-" + ProcessHandle.current().pid(),
                                image,
                                List.of("/probe"),
                                Map.of(),
                                "65534:65534",
                                List.of(),
                                ContainerLimits.of(1, 256L << 20, 1 << 20, 1, LIMIT),
                                0,
                                Network.NONE,
                                List.of(),
                                List.of(),
                                runtime,
                                Map.of("dev.assay.agent", agent)));
        try {
            engine.start(container);
            engine.await(container);
            return engine.state(container).map(ContainerState::exitCode).orElse(-1);
        } catch (ContainerException e) {
            return -1; // what the probe is for
        } finally {
            engine.remove(container);
        }
    }

    private static String load(ContainerEngine engine, byte[] program) throws ContainerException {
        try {
            Path archive = Files.createTempFile("assay-probe", ".tar");
            try {
                Files.write(archive, archive(program));
                return engine.load(archive, 1 << 20);
            } finally {
                Files.delete(archive);
            }
        } catch (IOException e) {
            throw new ContainerException(
                    ContainerException.Code.STORAGE, "cannot write a probe's image: " + e, e);
        }
    }

    /** An image of one file, as {@code docker save} writes it. */
    private static byte[] archive(byte[] program) {
        byte[] layer = joined(TarHeader.file("probe", 0755, program), TarHeader.END);
        String arch = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        byte[] config =
                ("{\"architecture\":\""
                                + arch
                                + "\",\"os\":\"linux\",\"config\":{},\"rootfs\":{\"type\":\"layers\","
                                + "\"diff_ids\":[\""
                                + Digest.sha256(layer)
                                + "\"]}}")
                        .getBytes(StandardCharsets.UTF_8);
        String manifest =
                "[{\"Config\":\"config.json\",\"RepoTags\":null,\"Layers\":[\"layer.tar\"]}]";
        return joined(
                TarHeader.file("config.json", 0644, config),
                TarHeader.file("layer.tar", 0644, layer),
                TarHeader.file("manifest.json", 0644, manifest.getBytes(StandardCharsets.UTF_8)),
                TarHeader.END);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** An ELF executable for this processor that only calls exit(42). */
    private static Optional<byte[]> program(String arch) {
        return switch (arch) {
            case "amd64" -> // mov edi, 42; mov eax, 60; syscall
                    Optional.of(
                            elf(
                                    62,
                                    new byte[] {
                                        (byte) 0xbf, CODE, 0, 0, 0, (byte) 0xb8, 60, 0, 0, 0, 15, 5
                                    }));
            case "aarch64" -> // mov x0, 42; mov x8, 93; svc 0
                    Optional.of(
                            elf(
                                    183,
                                    ByteBuffer.allocate(12)
                                            .order(ByteOrder.LITTLE_ENDIAN)
                                            .putInt(0xd2800540)
                                            .putInt(0xd2800ba8)
                                            .putInt(0xd4000001)
                                            .array()));
            default -> Optional.empty();
        };
    }

    /** One loaded segment, all of the file (elf(5)). */
    private static byte[] elf(int machine, byte[] code) {
        int size = HEADERS + code.length;
        return ByteBuffer.allocate(size)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0})
                .putLong(0)
                .putShort((short) 2) // executable
                .putShort((short) machine)
                .putInt(1)
                .putLong(BASE + HEADERS) // entry
                .putLong(64) // program headers
                .putLong(0)
                .putInt(0)
                .putShort((short) 64)
                .putShort((short) 56)
                .putShort((short) 1)
                .putShort((short) 64)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(1) // load
                .putInt(5) // read, execute
                .putLong(0)
                .putLong(BASE)
                .putLong(BASE)
                .putLong(size)
                .putLong(size)
                .putLong(0x1000)
                .put(code)
                .array();
    }
}
