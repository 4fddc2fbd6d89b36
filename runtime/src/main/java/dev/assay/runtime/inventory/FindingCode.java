package dev.assay.runtime.inventory;

import static dev.assay.runtime.inventory.Severity.ERROR;
import static dev.assay.runtime.inventory.Severity.NOTE;
import static dev.assay.runtime.inventory.Severity.WARNING;

/** The kinds of findings; docs/inventory.md lists them. */
public enum FindingCode {
    NO_GPU(
            NOTE,
            "No source sees a GPU.",
            "Nothing, if this machine has none; jobs that ask for GPUs are declined."),
    NOT_RUNNABLE_HERE(
            NOTE,
            "This version runs work on NVIDIA GPUs only.",
            "Nothing; the GPU is listed and never offered."),
    NO_DRIVER(
            ERROR,
            "The GPU is on the bus and no NVIDIA driver has taken it.",
            "Install NVIDIA's driver, then load it: modprobe nvidia."),
    OTHER_DRIVER(
            ERROR,
            "Another kernel driver has the GPU, so NVIDIA's cannot have it.",
            "Unbind it (vfio-pci: the GPU is kept for a virtual machine; nouveau: blacklist it)."),
    EXCLUDED(
            WARNING,
            "NVIDIA's driver was told to leave this GPU alone.",
            "Remove it from the driver's option NVreg_ExcludedGpus if it should be used."),
    NO_NVML(
            ERROR,
            "The driver is loaded, and the library that manages GPUs is not here or does not reach"
                    + " it: no health, no energy.",
            "Install libnvidia-ml.so.1 of the driver's version; in a container, add the driver"
                    + " capability 'utility' and pass /dev/nvidiactl."),
    NO_CUDA(
            ERROR,
            "The driver is loaded without the library that runs work.",
            "Install libcuda.so.1 of the driver's version; in a container, add the driver"
                    + " capability 'compute'."),
    NVML_FAILED(
            ERROR,
            "NVML is here and does not work: GPUs can be neither watched nor measured.",
            "A version mismatch goes away with a restart after a driver update; else see the"
                    + " kernel's log (dmesg) for NVRM."),
    CUDA_FAILED(
            ERROR,
            "The CUDA driver is here and cannot be used: no work can run on a GPU.",
            "A version mismatch goes away with a restart; SYSTEM_NOT_READY needs the fabric"
                    + " manager; on other processors than x86-64 this version cannot use it; else"
                    + " see the kernel's log (dmesg) for NVRM."),
    SOURCE_FAILED(
            WARNING,
            "A list that the kernel keeps could not be read, so one witness fewer was heard.",
            "See that this user may read it."),
    DRIVER_VERSIONS_DISAGREE(
            ERROR,
            "The loaded kernel driver and the libraries are of different releases.",
            "Restart the machine, or unload and load the driver, after an update."),
    HIDDEN_BY_ENVIRONMENT(
            NOTE,
            "CUDA_VISIBLE_DEVICES keeps this GPU from this process.",
            "Unset CUDA_VISIBLE_DEVICES, or name the GPU in it, to use it here."),
    HIDDEN_BY_CONTAINER(
            NOTE,
            "The driver has the GPU, and no library here reaches it, as in a container that was"
                    + " given others.",
            "Nothing, if that is meant; else give the GPU to the container, or outside of one make"
                    + " its device node (nvidia-modprobe)."),
    HIDDEN_BY_MIG(
            NOTE,
            "CUDA offers a process one MIG instance and no GPU beside it.",
            "Name the GPU, or an instance of it, in CUDA_VISIBLE_DEVICES to use it here."),
    UNSEEN_BY_CUDA(
            ERROR,
            "NVML manages the GPU and CUDA does not offer it: work cannot run on it.",
            "See the kernel's log (dmesg) for NVRM; in a container, pass the GPU's device node."),
    UNSEEN_BY_NVML(
            ERROR,
            "The GPU is known and NVML does not count it: it cannot be watched or measured.",
            "See the kernel's log (dmesg) for NVRM; in a container, pass the GPU's device node."),
    UNSEEN_BY_KERNEL(
            ERROR,
            "A library tells of a GPU that the kernel has on no bus: the library may be a fake, or"
                    + " a sandbox hides the GPU.",
            "Compare the library with the one of the driver's package before offering the GPU."),
    PARAVIRTUAL(
            WARNING,
            "A hypervisor passes the GPU on and hides its bus, as WSL does: the kernel is no"
                    + " witness of it.",
            "Nothing in WSL; elsewhere compare the library with the one of the driver's package."),
    MEMORY_DISAGREES(
            ERROR,
            "NVML and CUDA tell of different memory, by more than a driver keeps to itself.",
            "Do not trust either; a changed library or firmware is likely. Take the GPU out."),
    UUID_DISAGREES(
            ERROR,
            "Sources give the device in one place different identities.",
            "Do not trust either; a changed library is likely. Take the GPU out."),
    NAME_DISAGREES(
            ERROR,
            "Sources give the device in one place different models.",
            "Do not trust either; a changed library or firmware is likely. Take the GPU out."),
    ADDRESS_DISAGREES(
            ERROR,
            "Sources see one identity in different places.",
            "Do not trust either; a changed library is likely. Take the GPU out."),
    DUPLICATE_DEVICE(
            ERROR,
            "One source lists the same place or identity twice.",
            "Do not trust the source; a changed library is likely. Take the GPU out."),
    MIG_WITHOUT_INSTANCES(
            WARNING,
            "The GPU is in MIG mode and not divided: nothing can run on it.",
            "Create instances (nvidia-smi mig -cgi … -C), or end the mode (nvidia-smi -mig 0)."),
    GPU_LOST(
            ERROR,
            "The GPU has fallen off the bus, or answers no more. What ran on it is lost.",
            "Power the machine off and on; if it comes again, check seating, power and cooling."),
    RESET_REQUIRED(
            ERROR,
            "The GPU does not work again before it is reset.",
            "Stop what uses it, then nvidia-smi --gpu-reset, or restart the machine."),
    XID(
            WARNING,
            "The driver reported errors of this GPU since boot (Xid).",
            "Look the number up in NVIDIA's Xid catalogue; 13, 31, 43 and 45 are mostly a"
                    + " program's own fault."),
    XID_SERIOUS(
            ERROR,
            "The driver reported an error of this GPU since boot (Xid) that spoils results.",
            "Look the number up in NVIDIA's Xid catalogue, and reset or replace the GPU. The"
                    + " kernel's log keeps the error, and the GPU this standing, until the machine"
                    + " restarts."),
    ECC_UNCORRECTED(
            ERROR,
            "The GPU's memory lost data since the driver was loaded.",
            "Reset the GPU; if it comes again, replace it."),
    ROW_REMAP_PENDING(
            WARNING,
            "A bad row of memory is replaced at the next reset.",
            "Reset the GPU when it is free."),
    ROW_REMAP_FAILED(
            ERROR,
            "A bad row of memory cannot be replaced: the spares are used up.",
            "Replace the GPU."),
    THROTTLED(
            WARNING,
            "The clocks are held down because cooling or power supply does not hold up.",
            "Check fans, air flow and power; rates measured now are too low."),
    CALL_REFUSED(
            WARNING,
            "A source counts the GPU and would not answer about it.",
            "See that this user may ask, and the kernel's log (dmesg) for NVRM."),
    IMPLAUSIBLE(
            ERROR,
            "NVML answered with what no GPU can be.",
            "Do not trust it; a changed library or a driver's fault is likely.");

    private final Severity severity;
    private final String meaning;
    private final String fix;

    FindingCode(Severity severity, String meaning, String fix) {
        this.severity = severity;
        this.meaning = meaning;
        this.fix = fix;
    }

    public Severity severity() {
        return severity;
    }

    /** What it means, in a sentence. */
    public String meaning() {
        return meaning;
    }

    /** What to do about it. */
    public String fix() {
        return fix;
    }
}
