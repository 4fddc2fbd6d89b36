package dev.assay.protocol.job;

import dev.assay.protocol.id.Digest;

import java.util.regex.Pattern;

/** What a container is made of, as a tenant names it. */
public sealed interface ImageName {
    /**
     * An image of a registry: {@code [host[:port]/]name[:tag][@sha256:…]}. Only the form with a
     * digest names the same bytes tomorrow; whoever runs another records what it stood for.
     */
    record Reference(String text) implements ImageName {
        private static final int MAX_LENGTH = 512;
        private static final Pattern FORM =
                Pattern.compile(
                        "([A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?/)?" // registry
                                + "[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"
                                + "(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?" // tag
                                + "(@sha256:[0-9a-f]{64})?");

        public Reference {
            if (text.length() > MAX_LENGTH || !FORM.matcher(text).matches()) {
                throw new IllegalArgumentException(
                        "'"
                                + (text.length() <= 80 ? text : text.substring(0, 77) + "...")
                                + "' is no image name (such as name@sha256:…, name:tag, or"
                                + " sha256:… for a stored archive)");
            }
        }

        /** Whether the name holds the image's digest. */
        public boolean pinned() {
            return text.contains("@");
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** A blob: the archive that {@code docker save} writes, with one image in it. */
    record Archive(Digest digest) implements ImageName {
        @Override
        public String toString() {
            return digest.toString();
        }
    }

    /** Reads what {@code toString} writes. */
    static ImageName parse(String text) {
        return text.startsWith("sha256:") ? new Archive(Digest.parse(text)) : new Reference(text);
    }
}
