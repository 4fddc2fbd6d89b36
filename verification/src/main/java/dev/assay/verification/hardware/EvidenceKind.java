package dev.assay.verification.hardware;

import java.util.Optional;

/** What hardware vouched, and in which form. */
public enum EvidenceKind {
    /** What a TPM 2.0 says of its PCRs. */
    TPM2_QUOTE("tpm2-quote", "TPM 2.0 quote"),
    /** What an AMD processor says of a confidential guest. */
    SEV_SNP_REPORT("sev-snp-report", "AMD SEV-SNP report"),
    /** What an Intel processor says of a trust domain. */
    TDX_QUOTE("tdx-quote", "Intel TDX quote"),
    /** What an NVIDIA GPU says of its firmware. */
    NVIDIA_GPU_REPORT("nvidia-gpu-report", "NVIDIA GPU report");

    private static final String PREFIX = "application/vnd.assay.";
    private static final String SUFFIX = "+json";

    private final String label;
    private final String title;

    EvidenceKind(String label, String title) {
        this.label = label;
        this.title = title;
    }

    /** In files and options, such as {@code tpm2-quote}. */
    public String label() {
        return label;
    }

    /** For people, such as {@code TPM 2.0 quote}. */
    public String title() {
        return title;
    }

    /** The media type of an {@link EvidenceFile} of this kind. */
    public String mediaType() {
        return PREFIX + label + SUFFIX;
    }

    /** The kind with this label. */
    public static Optional<EvidenceKind> labelled(String label) {
        for (EvidenceKind kind : values()) {
            if (kind.label.equals(label)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
