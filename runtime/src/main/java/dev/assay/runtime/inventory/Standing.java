package dev.assay.runtime.inventory;

/** What can be done with a GPU here and now. */
public enum Standing {
    /** Every source that must know it does, and nothing is wrong with it. */
    READY("ready"),
    /** It has lost its memory's or its bus's integrity, or is gone; see the findings. */
    UNHEALTHY("unhealthy"),
    /** CUDA_VISIBLE_DEVICES keeps it from this process. */
    HIDDEN("hidden"),
    /** The driver has it, but CUDA does not offer it to this process. */
    UNUSABLE("unusable"),
    /** The driver has it, but NVML is not there to manage it. */
    NO_NVML("no NVML"),
    /** No driver that could run it has it. */
    NO_DRIVER("no driver"),
    /** A GPU that nothing here knows to run: AMD, Intel. */
    NOT_RUNNABLE("not runnable here");

    private final String text;

    Standing(String text) {
        this.text = text;
    }

    /** The words for people. */
    public String text() {
        return text;
    }
}
