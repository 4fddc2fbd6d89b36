package dev.assay.runtime.container;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What a container left in its outputs: every file by path, size and digest, and what was there but
 * is no file. Its canonical JSON is a blob of its own, whose digest stands for all of it.
 *
 * <pre>
 * {"files":[{"digest":"sha256:…","path":"frames/0001.png","size":"123"}],
 *  "skipped":[{"kind":"link","path":"frames/latest"}],"version":"assay/outputs/v1"}
 * </pre>
 */
public record OutputManifest(List<OutputFile> files, List<Skipped> skipped) {
    private static final String VERSION = "assay/outputs/v1";

    /** A collected file; the path is relative to the outputs' folder. */
    public record OutputFile(String path, long sizeBytes, Digest digest) {}

    /** Something that was not collected. */
    public record Skipped(String path, Kind kind) {}

    /** Why something is not collected. */
    public enum Kind {
        /** A symbolic link, wherever it points. */
        LINK,
        /** A device, a pipe or a socket. */
        SPECIAL,
        /** A name that is no UTF-8. */
        NAME
    }

    public OutputManifest {
        files = files.stream().sorted(Comparator.comparing(OutputFile::path)).toList();
        skipped = skipped.stream().sorted(Comparator.comparing(Skipped::path)).toList();
    }

    /** All files together. */
    public long sizeBytes() {
        return files.stream().mapToLong(OutputFile::sizeBytes).sum();
    }

    public ObjectNode json() {
        ObjectNode json = CanonicalJson.object();
        json.put("version", VERSION);
        ArrayNode collected = json.putArray("files");
        for (OutputFile file : files) {
            collected
                    .addObject()
                    .put("path", file.path())
                    .put("size", Long.toString(file.sizeBytes()))
                    .put("digest", file.digest().toString());
        }
        ArrayNode left = json.putArray("skipped");
        for (Skipped skip : skipped) {
            left.addObject().put("path", skip.path()).put("kind", text(skip.kind()));
        }
        return json;
    }

    /** Reads what {@link #json} writes. */
    public static OutputManifest parse(JsonFields json) throws JsonException {
        json.text("version", VERSION);
        List<OutputFile> files = new ArrayList<>();
        for (JsonFields file : json.objects("files")) {
            files.add(
                    new OutputFile(
                            file.text("path"),
                            file.quantity("size"),
                            file.writtenDigest("digest")));
            file.end();
        }
        List<Skipped> skipped = new ArrayList<>();
        for (JsonFields skip : json.objects("skipped")) {
            skipped.add(new Skipped(skip.text("path"), kind(skip)));
            skip.end();
        }
        json.end();
        return new OutputManifest(files, skipped);
    }

    private static Kind kind(JsonFields skip) throws JsonException {
        String text = skip.text("kind");
        for (Kind kind : Kind.values()) {
            if (text(kind).equals(text)) {
                return kind;
            }
        }
        throw skip.error("unknown kind '" + text + "'");
    }

    private static String text(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
