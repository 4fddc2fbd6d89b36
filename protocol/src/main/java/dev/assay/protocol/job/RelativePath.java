package dev.assay.protocol.job;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;

/** The paths that a job may name inside its folders: {@code /} between plain names. */
final class RelativePath {
    private static final int MAX_LENGTH = 1024;
    private static final int MAX_NAME_BYTES = 255;

    private RelativePath() {}

    /** Refuses what could leave its folder or cannot be a file's name. */
    static void require(String path) {
        if (path.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a path has more than " + MAX_LENGTH + " characters");
        }
        for (String name : path.split("/", -1)) {
            if (name.isEmpty()
                    || name.equals(".")
                    || name.equals("..")
                    || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES
                    || name.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException(
                        "'"
                                + path
                                + "' is no path inside a folder (plain names with '/' between,"
                                + " no '..')");
            }
        }
    }

    /** Refuses two equal paths, and a path inside another. */
    static void requireDisjoint(List<String> paths) {
        TreeSet<String> seen = new TreeSet<>();
        for (String path : paths) {
            if (!seen.add(path + "/")) {
                throw new IllegalArgumentException("'" + path + "' is named twice");
            }
        }
        String last = "/";
        for (String path : seen) {
            if (path.startsWith(last)) {
                throw new IllegalArgumentException(
                        "'" + bare(path) + "' lies inside '" + bare(last) + "'");
            }
            last = path;
        }
    }

    private static String bare(String path) {
        return path.substring(0, path.length() - 1);
    }
}
