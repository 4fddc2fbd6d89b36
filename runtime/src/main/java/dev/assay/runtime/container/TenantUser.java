package dev.assay.runtime.container;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Whom a stranger's container runs as: the user its image names if that is not root, else one that
 * owns nothing. A number is taken as it is; a name means what the image's {@code /etc/passwd} says,
 * which may be root under another name.
 */
final class TenantUser {
    /** The user and group that own nothing. */
    static final String NOBODY = "65534:65534";

    private static final String NO_GROUP = "65534";

    private TenantUser() {}

    /** The image's {@code /etc/passwd}, which takes a container to read. */
    @FunctionalInterface
    interface Accounts {
        Optional<byte[]> read() throws ContainerException;
    }

    static String of(EngineImage image, Accounts accounts) throws ContainerException {
        String[] parts = image.user().split(":", 2);
        String group = parts.length > 1 && isId(parts[1]) ? parts[1] : NO_GROUP;
        if (parts[0].isEmpty() || parts[0].equals("root") || parts[0].matches("0+")) {
            return NOBODY;
        }
        if (isId(parts[0])) {
            return parts[0] + ":" + group;
        }
        return accounts.read()
                .flatMap(file -> named(new String(file, StandardCharsets.UTF_8), parts[0]))
                .orElse(NOBODY);
    }

    /** {@code name:password:uid:gid:…} of passwd(5). */
    private static Optional<String> named(String file, String name) {
        return file.lines()
                .map(line -> line.split(":", -1))
                .filter(fields -> fields.length > 3 && fields[0].equals(name))
                .findFirst()
                .filter(fields -> isId(fields[2]))
                .map(fields -> fields[2] + ":" + (isId(fields[3]) ? fields[3] : NO_GROUP));
    }

    /** Not root, and within what kernels take. */
    private static boolean isId(String text) {
        return text.matches("[1-9][0-9]{0,8}");
    }
}
