package dev.assay.runtime.docker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An image made by hand: one layer and a configuration, written as {@code docker save} writes them
 * or as a registry serves them.
 */
final class TestImage {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Path> BUSYBOX =
            List.of(Path.of("/bin/busybox"), Path.of("/usr/bin/busybox"));

    final byte[] layer;
    final byte[] config;

    private TestImage(byte[] layer, byte[] config) {
        this.layer = layer;
        this.config = config;
    }

    /** A small Unix: busybox and its names, and these settings of an image's author. */
    static TestImage busybox(Map<String, Object> settings) throws IOException {
        return busybox(settings, Map.of());
    }

    /** The same with more executable files. */
    static TestImage busybox(Map<String, Object> settings, Map<String, byte[]> programs)
            throws IOException {
        Path busybox = BUSYBOX.stream().filter(Files::isExecutable).findFirst().orElse(null);
        assumeTrue(busybox != null, "no busybox here (Debian: busybox-static)");
        Tar tar = new Tar().folder("bin").folder("etc").folder("tmp").folder("root");
        tar.file("bin/busybox", 0755, Files.readAllBytes(busybox));
        Process list = new ProcessBuilder(busybox.toString(), "--list").start();
        for (String name :
                new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .split("\n")) {
            if (!name.equals("busybox")) {
                tar.link("bin/" + name, "busybox");
            }
        }
        tar.file(
                "etc/passwd",
                0644,
                "root:x:0:0::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\nwork:x:1234:1234::/:/bin/sh\n");
        new TreeMap<>(programs).forEach((name, bytes) -> tar.file(name, 0755, bytes));
        return of(tar.bytes(), settings);
    }

    static TestImage of(byte[] layer, Map<String, Object> settings) throws IOException {
        ObjectNode config = JSON.createObjectNode();
        config.put("architecture", arch())
                .put("os", "linux")
                .put("created", "2026-01-01T00:00:00Z");
        ObjectNode runtime = config.putObject("config");
        runtime.putArray("Env").add("PATH=/bin");
        settings.forEach((name, value) -> runtime.set(name, JSON.<JsonNode>valueToTree(value)));
        config.putObject("rootfs")
                .put("type", "layers")
                .putArray("diff_ids")
                .add(Digest.sha256(layer).toString());
        config.putArray("history").addObject().put("created_by", "a test");
        return new TestImage(layer, JSON.writeValueAsBytes(config));
    }

    private static String arch() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }

    /** As {@code docker save} writes it, wanting these names. */
    byte[] saved(String... names) {
        String config = Digest.sha256(this.config).hex() + ".json";
        ObjectNode manifest = JSON.createObjectNode();
        manifest.put("Config", config).putArray("Layers").add("layer/layer.tar");
        for (String name : names) {
            manifest.withArray("RepoTags").add(name);
        }
        return new Tar()
                .folder("layer")
                .file("layer/layer.tar", 0644, layer)
                .file(config, 0644, this.config)
                .file("manifest.json", 0644, "[" + manifest + "]")
                .bytes();
    }

    /** A tar archive, byte by byte. */
    static final class Tar {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Tar folder(String name) {
            return entry(name + "/", '5', 0755, "", new byte[0]);
        }

        Tar file(String name, int mode, String text) {
            return file(name, mode, text.getBytes(StandardCharsets.UTF_8));
        }

        Tar file(String name, int mode, byte[] bytes) {
            return entry(name, '0', mode, "", bytes);
        }

        Tar link(String name, String target) {
            return entry(name, '2', 0777, target, new byte[0]);
        }

        Tar entry(String name, char type, int mode, String link, byte[] data) {
            byte[] header = new byte[512];
            put(header, 0, name);
            put(header, 100, "%07o".formatted(mode));
            put(header, 108, "0000000");
            put(header, 116, "0000000");
            put(header, 124, "%011o".formatted(data.length));
            put(header, 136, "00000000000");
            put(header, 148, "        ");
            header[156] = (byte) type;
            put(header, 157, link);
            put(header, 257, "ustar\00000");
            int sum = 0;
            for (byte b : header) {
                sum += b & 0xff;
            }
            put(header, 148, "%06o\0 ".formatted(sum));
            out.writeBytes(header);
            out.writeBytes(data);
            out.writeBytes(new byte[(512 - data.length % 512) % 512]);
            return this;
        }

        byte[] bytes() {
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            whole.writeBytes(out.toByteArray());
            whole.writeBytes(new byte[1024]);
            return whole.toByteArray();
        }

        private static void put(byte[] header, int offset, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            System.arraycopy(bytes, 0, header, offset, bytes.length);
        }
    }
}
