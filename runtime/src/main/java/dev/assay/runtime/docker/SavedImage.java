package dev.assay.runtime.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerException.Code;
import dev.assay.runtime.docker.TarReader.Entry;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.SequenceInputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/**
 * A stranger's archive of one image, as {@code docker save} writes it, made safe to load: its
 * layers are counted unpacked before the engine sees them, and the names that it wants to have are
 * taken away, for an engine would give them to it even if another image has them.
 *
 * <pre>
 * manifest.json   [{"Config": FILE, "RepoTags": […], "Layers": [FILE, …]}]
 * repositories, index.json, oci-layout   more names: left out
 * all others      configuration and layers, by content
 * </pre>
 */
final class SavedImage {
    private static final String MANIFEST = "manifest.json";
    private static final Set<String> NAMES = Set.of("repositories", "index.json", "oci-layout");
    private static final int MAX_MANIFEST = 1 << 20;
    private static final int MAX_ENTRIES = 10_000;
    private static final int MAX_FILES = 2_000_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path archive;
    private final Map<String, Entry> entries;
    private final byte[] manifest;

    private SavedImage(Path archive, Map<String, Entry> entries, byte[] manifest) {
        this.archive = archive;
        this.entries = entries;
        this.manifest = manifest;
    }

    /** Reads and checks an archive. */
    static SavedImage check(Path archive, long maxBytes) throws ContainerException {
        try {
            if (Files.size(archive) > maxBytes) {
                throw refused("has more than " + maxBytes + " bytes");
            }
            Map<String, Entry> entries = entries(archive);
            JsonNode image = manifest(archive, entries);
            Set<Entry> layers = new HashSet<>();
            for (JsonNode layer : image.path("Layers")) {
                layers.add(layer(entries, layer.asText()));
            }
            Unpacked unpacked = new Unpacked(maxBytes);
            for (Entry layer : layers) {
                unpacked.add(archive, layer);
            }
            return new SavedImage(archive, entries, nameless(image));
        } catch (IOException e) {
            throw refused("cannot be read: " + e.getMessage());
        }
    }

    private static Map<String, Entry> entries(Path archive) throws IOException, ContainerException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive))) {
            TarReader tar = new TarReader(in);
            for (Optional<Entry> next = tar.next(); next.isPresent(); next = tar.next()) {
                Entry entry = next.get();
                String name = plain(entry.name());
                if (!entry.isFile() && !entry.isSymbolicLink() && entry.type() != '5') {
                    throw refused("holds " + name + ", which is no file");
                }
                if (entries.put(name, entry) != null || entries.size() > MAX_ENTRIES) {
                    throw refused("holds " + name + " twice, or too many files");
                }
            }
        }
        return entries;
    }

    private static String plain(String name) throws ContainerException {
        try {
            return Path.of("/", name).normalize().toString().substring(1);
        } catch (InvalidPathException e) {
            throw refused("holds a name that no file can have");
        }
    }

    private static JsonNode manifest(Path archive, Map<String, Entry> entries)
            throws IOException, ContainerException {
        Entry entry = entries.get(MANIFEST);
        if (entry == null || !entry.isFile() || entry.size() > MAX_MANIFEST) {
            throw refused("has no manifest.json; make it with docker save");
        }
        try (InputStream in = open(archive, entry)) {
            JsonNode images = JSON.readTree(in.readAllBytes());
            if (!images.isArray() || images.size() != 1) {
                throw refused("holds " + images.size() + " images; save exactly one");
            }
            return images.get(0);
        } catch (JsonProcessingException e) {
            throw refused("has a damaged manifest.json");
        }
    }

    /** The file of a layer; archives of old engines name equal layers by links. */
    private static Entry layer(Map<String, Entry> entries, String name) throws ContainerException {
        Entry entry = entries.get(plain(name));
        if (entry != null && entry.isSymbolicLink()) {
            String link = entry.link();
            entry = entries.get(plain(link.startsWith("/") ? link : plain(name) + "/../" + link));
        }
        if (entry == null || !entry.isFile()) {
            throw refused("lacks its layer " + name);
        }
        return entry;
    }

    private static byte[] nameless(JsonNode image) {
        ArrayNode images = JsonNodeFactory.instance.arrayNode();
        images.addObject()
                .put("Config", image.path("Config").asText())
                .putNull("RepoTags")
                .set("Layers", image.path("Layers"));
        return images.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** What layers take unpacked. */
    private static final class Unpacked {
        private final long maxBytes;
        private long bytes;
        private long files;

        Unpacked(long maxBytes) {
            this.maxBytes = maxBytes;
        }

        void add(Path archive, Entry layer) throws IOException, ContainerException {
            try (InputStream in = decompressed(open(archive, layer))) {
                TarReader tar = new TarReader(in);
                for (Optional<Entry> next = tar.next(); next.isPresent(); next = tar.next()) {
                    bytes = Math.max(bytes, bytes + next.get().size());
                    files++;
                    if (bytes > maxBytes || files > MAX_FILES) {
                        throw refused(
                                "has more than "
                                        + maxBytes
                                        + " bytes or "
                                        + MAX_FILES
                                        + " files unpacked");
                    }
                }
            }
        }
    }

    /** Engines see by the first bytes how a layer is compressed; so does this. */
    private static InputStream decompressed(InputStream layer)
            throws IOException, ContainerException {
        PushbackInputStream in = new PushbackInputStream(layer, 6);
        byte[] start = in.readNBytes(6);
        in.unread(start);
        int magic = start.length < 4 ? 0 : ((start[0] & 0xff) << 8) | (start[1] & 0xff);
        return switch (magic) {
            case 0x1f8b -> new BufferedInputStream(new GZIPInputStream(in, 1 << 16));
            case 0x28b5, 0xfd37, 0x425a -> // zstd, xz, bzip2
                    throw refused("has compressed layers; save it plain or with gzip");
            default -> in;
        };
    }

    /** The archive for the engine: the manifest without names, and the files it needs. */
    InputStream stream() throws IOException {
        List<InputStream> parts = new ArrayList<>();
        parts.add(new ByteArrayInputStream(TarHeader.file(MANIFEST, 0644, manifest)));
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            if (!entry.getKey().equals(MANIFEST) && !NAMES.contains(entry.getKey())) {
                parts.add(new Section(archive, entry.getValue().start(), entry.getValue().end()));
            }
        }
        parts.add(new ByteArrayInputStream(TarHeader.END));
        return new SequenceInputStream(Collections.enumeration(parts));
    }

    /** The data of an entry. */
    private static InputStream open(Path archive, Entry entry) throws IOException {
        InputStream in = new BufferedInputStream(new Section(archive, entry.start(), entry.end()));
        TarReader tar = new TarReader(in);
        tar.next();
        InputStream data = tar.data();
        return new FilterInputStream(data) {
            @Override
            public void close() throws IOException {
                in.close();
            }
        };
    }

    /** A part of a file, opened when it is first read. */
    private static final class Section extends InputStream {
        private final Path file;
        private final long start;
        private long left;
        private @org.jspecify.annotations.Nullable InputStream in;

        Section(Path file, long start, long end) {
            this.file = file;
            this.start = start;
            this.left = end - start;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            if (in == null) {
                in = Channels.newInputStream(FileChannel.open(file).position(start));
            }
            int read = in.read(bytes, offset, (int) Math.min(length, left));
            left = read < 0 ? 0 : left - read;
            return read;
        }

        @Override
        public void close() throws IOException {
            if (in != null) {
                in.close();
            }
        }
    }

    private static ContainerException refused(String why) {
        return new ContainerException(Code.IMAGE_REFUSED, "the image's archive " + why);
    }
}
