package dev.assay.runtime.inventory;

/** What can be done with a GPU here and now. */
public enum Standing {
    /** Every source that must know it does, and nothing is wrong with it. */
    READY("ready", "ready"),
    /** It has lost its memory's or its bus's integrity, or is gone; see the findings. */
    UNHEALTHY("unhealthy", "unhealthy"),
    /** CUDA_VISIBLE_DEVICES, a container or another GPU's division keeps it from this process. */
    HIDDEN("hidden", "hidden"),
    /** The driver has it, but CUDA does not offer it to this process. */
    UNUSABLE("unusable", "unusable"),
    /** The driver has it, but NVML is not there to manage it. */
    NO_NVML("no NVML", "no-nvml"),
    /** No driver that could run it has it. */
    NO_DRIVER("no driver", "no-driver"),
    /** A GPU that nothing here knows to run: AMD, Intel. */
    NOT_RUNNABLE("not runnable here", "not-runnable-here");

    private final String text;
    private final String code;

    Standing(String text, String code) {
        this.text = text;
        this.code = code;
    }

    /** The words for people. */
    public String text() {
        return text;
    }

    /** The word for programs, in JSON and statements. */
    public String code() {
        return code;
    }
}
