package dev.assay.runtime.cuda;

import dev.assay.runtime.device.DriverText;
import dev.assay.runtime.device.PciAddress;

import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.CUuuid;
import jcuda.driver.JCudaDriver;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * The CUDA driver of this process, initialised. It reads CUDA_VISIBLE_DEVICES when it is first
 * used, and a JVM that could not load it once never can: both outcomes are kept. It is never
 * unloaded, because CUDA cannot be. Thread-safe.
 */
public final class CudaDriver {
    private static final int NAME_BYTES = 256;
    private static final int UUID_BYTES = 16;
    private static final int MOST_DEVICES = 256;

    private static final CudaDriver DRIVER = new CudaDriver();

    private CudaDriver() {}

    /** Loads and initialises the driver, on first use; takes some 100 ms where there is a GPU. */
    public static CudaDriver load() throws DriverException {
        CudaNatives.require();
        int result = JCudaDriver.cuInit(0);
        if (result != CUresult.CUDA_SUCCESS && result != CUresult.CUDA_ERROR_NO_DEVICE) {
            throw refused("cuInit", result);
        }
        return DRIVER;
    }

    /** Describes every device that this process may use. */
    public CudaView describe() throws DriverException {
        List<CudaDevice> devices = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        int count = count();
        for (int ordinal = 0; ordinal < count; ordinal++) {
            try {
                devices.add(device(ordinal));
            } catch (DriverException e) {
                refused.add("device " + ordinal + ": " + e.getMessage());
            }
        }
        return new CudaView(version(), devices, refused);
    }

    private static String version() throws DriverException {
        int[] version = new int[1];
        require("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(version));
        return String.format(Locale.ROOT, "%d.%d", version[0] / 1000, version[0] % 1000 / 10);
    }

    private static int count() throws DriverException {
        int[] count = new int[1];
        int result = JCudaDriver.cuDeviceGetCount(count);
        // A driver that found no device stays uninitialised and counts nothing.
        if (result == CUresult.CUDA_ERROR_NO_DEVICE
                || result == CUresult.CUDA_ERROR_NOT_INITIALIZED) {
            return 0;
        }
        require("cuDeviceGetCount", result);
        if (count[0] < 0 || count[0] > MOST_DEVICES) {
            throw new DriverException(
                    DriverException.Code.CALL_REFUSED,
                    "cuDeviceGetCount counts "
                            + Integer.toUnsignedString(count[0])
                            + " devices, more than a machine holds");
        }
        return count[0];
    }

    private static CudaDevice device(int ordinal) throws DriverException {
        CUdevice device = handle(ordinal);
        byte[] name = new byte[NAME_BYTES];
        require("cuDeviceGetName", JCudaDriver.cuDeviceGetName(name, NAME_BYTES, device));
        CUuuid uuid = new CUuuid();
        require("cuDeviceGetUuid", JCudaDriver.cuDeviceGetUuid(uuid, device));
        long[] memory = new long[1];
        require("cuDeviceTotalMem", JCudaDriver.cuDeviceTotalMem(memory, device));
        return new CudaDevice(
                ordinal,
                uuid(uuid),
                DriverText.in(name),
                attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
                memory(memory[0]),
                pci(device));
    }

    static CUdevice handle(int ordinal) throws DriverException {
        CUdevice device = new CUdevice();
        require("cuDeviceGet", JCudaDriver.cuDeviceGet(device, ordinal));
        return device;
    }

    private static PciAddress pci(CUdevice device) throws DriverException {
        int domain = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID);
        int bus = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_PCI_BUS_ID);
        int slot = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID);
        try {
            return new PciAddress(domain, bus, slot, 0);
        } catch (IllegalArgumentException e) {
            throw new DriverException(DriverException.Code.CALL_REFUSED, String.valueOf(e));
        }
    }

    static int attribute(CUdevice device, int attribute) throws DriverException {
        int[] value = new int[1];
        require("cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, attribute, device));
        return value[0];
    }

    private static long memory(long bytes) throws DriverException {
        if (bytes < 0) {
            throw new DriverException(
                    DriverException.Code.CALL_REFUSED,
                    "cuDeviceTotalMem says " + Long.toUnsignedString(bytes) + " bytes");
        }
        return bytes;
    }

    private static String uuid(CUuuid uuid) throws DriverException {
        if (uuid.bytes == null || uuid.bytes.length != UUID_BYTES) {
            throw new DriverException(
                    DriverException.Code.CALL_REFUSED, "cuDeviceGetUuid gave no 16 bytes");
        }
        String hex = HexFormat.of().formatHex(uuid.bytes);
        return String.join(
                "-",
                "GPU",
                hex.substring(0, 8),
                hex.substring(8, 12),
                hex.substring(12, 16),
                hex.substring(16, 20),
                hex.substring(20));
    }

    static void require(String call, int result) throws DriverException {
        if (result != CUresult.CUDA_SUCCESS) {
            throw refused(call, result);
        }
    }

    private static DriverException refused(String call, int result) {
        return new DriverException(
                DriverException.Code.CALL_REFUSED,
                call + " returned " + CUresult.stringFor(result) + " (" + result + ")");
    }
}
