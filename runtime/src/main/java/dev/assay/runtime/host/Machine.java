package dev.assay.runtime.host;

import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.GlobalMemory;
import oshi.hardware.HWDiskStore;
import oshi.hardware.HardwareAbstractionLayer;
import oshi.hardware.NetworkIF;
import oshi.software.os.OSFileStore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A machine's processor, memory, disks and network. Like {@link HostFacts} it holds nothing that
 * names the machine or its owner.
 *
 * @param host the facts that are signed with results
 * @param physicalCores cores; {@code logicalCores} counts their threads
 * @param maxHertz the highest clock; 0 where the system does not say
 * @param usableCores what this process may use: fewer in a container
 * @param availableBytes memory that programs could still take
 * @param swapBytes swap space
 * @param loadHundredths programs that ran or wanted to, on average over the last minute, times 100;
 *     −1 where the system does not say
 * @param vectorUnits the processor's vector instructions, by the names of the Linux kernel
 */
public record Machine(
        HostFacts host,
        int packages,
        int physicalCores,
        long maxHertz,
        int usableCores,
        long availableBytes,
        long swapBytes,
        long loadHundredths,
        Set<String> vectorUnits,
        List<Disk> disks,
        List<Volume> volumes,
        List<Link> links) {
    /** A disk, by what its system calls it; its model is empty where it does not say. */
    public record Disk(String name, String model, long bytes) {}

    /**
     * A mounted file system that keeps what it holds; mounted more than once, it is listed once.
     */
    public record Volume(String mount, String type, long bytes, long usableBytes) {}

    /**
     * A network interface; loopback is none.
     *
     * @param bitsPerSecond 0 where its driver does not say
     */
    public record Link(String name, boolean up, long bitsPerSecond, int mtu) {}

    /** Flags of x86 processors that say which vector instructions a matrix product may use. */
    private static final Set<String> VECTOR_FLAGS =
            Set.of(
                    "sse4_2",
                    "avx",
                    "avx2",
                    "fma",
                    "f16c",
                    "avx512f",
                    "avx512bw",
                    "avx512_bf16",
                    "avx512_fp16",
                    "avx_vnni",
                    "amx_bf16",
                    "amx_tile",
                    "asimd",
                    "sve",
                    "sve2");

    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs", "devtmpfs");
    private static final String NAMELESS = "unknown"; // OSHI's word
    private static final Pattern FLAG = Pattern.compile("[a-z0-9_]+");

    public Machine {
        vectorUnits = Collections.unmodifiableSortedSet(new TreeSet<>(vectorUnits));
        disks = List.copyOf(disks);
        volumes = List.copyOf(volumes);
        links = List.copyOf(links);
    }

    /** Asks the operating system; takes about half a second. */
    public static Machine read() {
        SystemInfo system = new SystemInfo();
        HardwareAbstractionLayer hardware = system.getHardware();
        CentralProcessor processor = hardware.getProcessor();
        GlobalMemory memory = hardware.getMemory();
        return new Machine(
                HostFacts.of(system),
                processor.getPhysicalPackageCount(),
                processor.getPhysicalProcessorCount(),
                Math.max(0, processor.getMaxFreq()),
                Runtime.getRuntime().availableProcessors(),
                memory.getAvailable(),
                memory.getVirtualMemory().getSwapTotal(),
                load(processor),
                vectorUnits(processor),
                disks(hardware),
                volumes(system),
                links(hardware));
    }

    private static long load(CentralProcessor processor) {
        double load = processor.getSystemLoadAverage(1)[0];
        return load < 0 ? -1 : Math.round(100 * load);
    }

    private static Set<String> vectorUnits(CentralProcessor processor) {
        Set<String> units = new TreeSet<>();
        for (String line : processor.getFeatureFlags()) {
            FLAG.matcher(line.toLowerCase(Locale.ROOT))
                    .results()
                    .map(MatchResult::group)
                    .filter(VECTOR_FLAGS::contains)
                    .forEach(units::add);
        }
        return units;
    }

    private static List<Disk> disks(HardwareAbstractionLayer hardware) {
        List<Disk> disks = new ArrayList<>();
        for (HWDiskStore disk : hardware.getDiskStores()) {
            if (disk.getSize() > 0) {
                String model = disk.getModel().strip();
                disks.add(
                        new Disk(
                                disk.getName(),
                                model.equalsIgnoreCase(NAMELESS) ? "" : model,
                                disk.getSize()));
            }
        }
        disks.sort(Comparator.comparing(Disk::name));
        return disks;
    }

    private static List<Volume> volumes(SystemInfo system) {
        List<OSFileStore> stores =
                new ArrayList<>(system.getOperatingSystem().getFileSystem().getFileStores(true));
        stores.sort(Comparator.comparing(OSFileStore::getMount));
        Set<String> listed = new HashSet<>();
        List<Volume> volumes = new ArrayList<>();
        for (OSFileStore store : stores) {
            if (store.getTotalSpace() > 0
                    && !IN_MEMORY.contains(store.getType())
                    && listed.add(store.getVolume())) {
                volumes.add(
                        new Volume(
                                store.getMount(),
                                store.getType(),
                                store.getTotalSpace(),
                                store.getUsableSpace()));
            }
        }
        return volumes;
    }

    private static List<Link> links(HardwareAbstractionLayer hardware) {
        List<Link> links = new ArrayList<>();
        for (NetworkIF link : hardware.getNetworkIFs()) {
            links.add(
                    new Link(
                            link.getName(),
                            link.getIfOperStatus() == NetworkIF.IfOperStatus.UP,
                            Math.max(0, link.getSpeed()),
                            Math.toIntExact(link.getMTU())));
        }
        links.sort(Comparator.comparing(Link::name));
        return links;
    }
}
