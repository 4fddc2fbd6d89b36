package dev.assay.verification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.Assumptions;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The published test vectors in the folder that the system property {@code assay.vectors} names.
 */
public final class Vectors {
    private Vectors() {}

    /** The vectors in this file; the test is reported as skipped when no folder is named. */
    public static JsonNode read(String file) throws IOException {
        String folder = System.getProperty("assay.vectors", "");
        Assumptions.assumeFalse(folder.isEmpty(), "no vectors: set -Dassay.vectors");
        return new ObjectMapper().readTree(Path.of(folder, file).toFile());
    }
}
