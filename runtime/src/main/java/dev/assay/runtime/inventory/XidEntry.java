package dev.assay.runtime.inventory;

import dev.assay.runtime.device.PciAddress;

/**
 * An error that NVIDIA's driver wrote into the kernel's log.
 *
 * @param xid NVIDIA's number of the error
 * @param text what the driver said of it, without the process
 */
public record XidEntry(PciAddress address, int xid, String text) {}
