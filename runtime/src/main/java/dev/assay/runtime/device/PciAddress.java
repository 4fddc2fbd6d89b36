package dev.assay.runtime.device;

import java.util.Comparator;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a device sits on the PCI buses of one machine. Every source that sees a device says this of
 * it, in one spelling or another; it is what their views are joined by.
 *
 * @param domain unsigned 32 bits; more than 16 only behind some host bridges
 * @param bus 0 to 255
 * @param device 0 to 31
 * @param function 0 to 7; a GPU is function 0
 */
public record PciAddress(int domain, int bus, int device, int function)
        implements Comparable<PciAddress> {
    private static final Pattern FORM =
            Pattern.compile("([0-9a-fA-F]{4,8}):([0-9a-fA-F]{2}):([0-9a-fA-F]{2})(?:\\.([0-7]))?");

    private static final Comparator<PciAddress> ORDER =
            Comparator.<PciAddress>comparingLong(a -> Integer.toUnsignedLong(a.domain))
                    .thenComparingInt(PciAddress::bus)
                    .thenComparingInt(PciAddress::device)
                    .thenComparingInt(PciAddress::function);

    public PciAddress {
        if (bus < 0 || bus > 255 || device < 0 || device > 31 || function < 0 || function > 7) {
            throw new IllegalArgumentException(
                    "no PCI address: bus " + bus + ", device " + device + ", function " + function);
        }
    }

    /**
     * Reads {@code 0000:3b:00.0}, {@code 00000000:3B:00.0} (NVML) or {@code 0000:3b:00} (kernel
     * log).
     */
    public static PciAddress parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no PCI address such as 0000:3b:00.0");
        }
        return new PciAddress(
                Integer.parseUnsignedInt(matcher.group(1), 16),
                Integer.parseInt(matcher.group(2), 16),
                Integer.parseInt(matcher.group(3), 16),
                matcher.group(4) == null ? 0 : Integer.parseInt(matcher.group(4)));
    }

    /** Whether a text is an address in one of the forms that {@link #parse} reads. */
    public static boolean isOne(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches() && Integer.parseInt(matcher.group(3), 16) < 32;
    }

    @Override
    public int compareTo(PciAddress other) {
        return ORDER.compare(this, other);
    }

    /** {@code 0000:3b:00.0}, as sysfs writes it. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%04x:%02x:%02x.%x", domain, bus, device, function);
    }
}
