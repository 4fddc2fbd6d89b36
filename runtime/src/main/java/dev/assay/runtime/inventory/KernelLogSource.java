package dev.assay.runtime.inventory;

import dev.assay.runtime.device.PciAddress;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The GPU errors (Xid) in the kernel's log since boot, as far back as it reaches. NVML tells only
 * those that happen while it is asked. The process that an error was met in is left out: it may be
 * a tenant's, and findings are signed and shown.
 */
public final class KernelLogSource implements Source<List<XidEntry>> {
    /** The place, with the MIG instance behind it if it is of one; number; process; text. */
    private static final Pattern XID =
            Pattern.compile(
                    "NVRM: Xid \\((?:PCI:)?([0-9a-fA-F:.]+)(?: GPU-C?I:\\d+)*\\): (\\d{1,6})"
                            + "(?:, *(?:pid=[^,]*(?:, *|$))?(?:name=[^,]*(?:, *|$))?(.*))?");

    /** Gives the log's text. */
    @FunctionalInterface
    public interface Reader {
        String read() throws IOException;
    }

    private final Reader log;

    public KernelLogSource(Reader log) {
        this.log = log;
    }

    @Override
    public Observation<List<XidEntry>> observe() {
        String text;
        try {
            text = log.read();
        } catch (IOException e) {
            return new Observation.Absent<>(
                    String.valueOf(e.getMessage()) + ": errors before now (Xid) are not known");
        }
        List<XidEntry> entries = new ArrayList<>();
        text.lines()
                .map(XID::matcher)
                .filter(Matcher::find)
                .filter(matcher -> PciAddress.isOne(matcher.group(1)))
                .forEach(
                        matcher ->
                                entries.add(
                                        new XidEntry(
                                                PciAddress.parse(matcher.group(1)),
                                                Integer.parseInt(matcher.group(2)),
                                                matcher.group(3) == null ? "" : matcher.group(3))));
        return new Observation.Seen<>(List.copyOf(entries));
    }
}
