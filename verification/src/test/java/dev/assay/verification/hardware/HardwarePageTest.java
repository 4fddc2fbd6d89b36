package dev.assay.verification.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** docs/hardware-evidence.md names what the code knows. */
class HardwarePageTest {
    private static final List<String> ROOTS =
            List.of(
                    "amd-ark-milan",
                    "amd-ark-genoa",
                    "amd-ark-turin",
                    "intel-sgx-root",
                    "nvidia-device-identity");

    @Test
    void page_namesEveryKindPartAndRoot() throws Exception {
        String page =
                Files.readString(
                        Path.of(System.getProperty("assay.root"), "docs", "hardware-evidence.md"));
        for (EvidenceKind kind : EvidenceKind.values()) {
            assertThat(page).contains("| `" + kind.label() + "` |", "`" + kind.mediaType() + "`");
            for (EvidenceFile.Part part : EvidenceFile.parts(kind)) {
                assertThat(page).contains("`" + part.label() + "`");
            }
        }
        for (String root : ROOTS) {
            assertThat(page)
                    .contains(
                            TrustRoots.fingerprint(
                                            Samples.certificates("roots/" + root + ".pem")
                                                    .getFirst())
                                    .hex());
        }
    }
}
