package dev.assay.runtime.nvml;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Watches GPUs for critical errors from its beginning on; what happened before is in the kernel's
 * log only. Owned by whoever began it, and closed before the library. Not thread-safe.
 */
public final class XidWatch implements AutoCloseable {
    private static final long XID_CRITICAL = 0x8; // nvmlEventTypeXidCriticalError
    private static final int EVENT_BYTES = 32; // nvmlEventData_t: device, type, data, two instances
    private static final int TYPE = 8;
    private static final int DATA = 16;
    private static final int GPU_INSTANCE = 24;
    private static final int NO_INSTANCE = -1; // 0xffffffff

    private final NvmlCalls calls;
    private final MemorySegment set;
    private final List<NvmlDevice> devices;

    private XidWatch(NvmlCalls calls, MemorySegment set, List<NvmlDevice> devices) {
        this.calls = calls;
        this.set = set;
        this.devices = List.copyOf(devices);
    }

    static XidWatch begin(NvmlCalls calls, List<NvmlDevice> devices) throws NvmlException {
        MemorySegment set;
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment created = scratch.allocate(ADDRESS);
            calls.require(NvmlFunction.EVENTS_CREATE, created);
            set = created.get(ADDRESS, 0);
        }
        XidWatch watch = new XidWatch(calls, set, devices);
        try {
            for (NvmlDevice device : devices) {
                calls.require(NvmlFunction.EVENTS_REGISTER, device.handle(), XID_CRITICAL, set);
            }
            return watch;
        } catch (NvmlException e) {
            watch.close();
            throw e;
        }
    }

    /** The next error, waiting for it at most so long; zero only looks. */
    public Optional<XidEvent> next(Duration limit) throws NvmlException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment event = scratch.allocate(EVENT_BYTES, Long.BYTES);
            int millis = Math.toIntExact(limit.toMillis());
            NvmlStatus status = calls.call(NvmlFunction.EVENTS_WAIT, set, event, millis);
            if (status.equals(NvmlStatus.TIMEOUT)) {
                return Optional.empty();
            }
            if (!status.isSuccess()) {
                throw new NvmlException(
                        NvmlException.Code.CALL_REFUSED,
                        status,
                        NvmlFunction.EVENTS_WAIT.symbol() + " returned " + status);
            }
            return (event.get(JAVA_LONG, TYPE) & XID_CRITICAL) == 0
                    ? Optional.empty()
                    : Optional.of(
                            new XidEvent(
                                    index(event.get(ADDRESS, 0).address()),
                                    event.get(JAVA_LONG, DATA),
                                    instance(event.get(JAVA_INT, GPU_INSTANCE))));
        }
    }

    private static OptionalInt instance(int said) {
        return said == NO_INSTANCE ? OptionalInt.empty() : OptionalInt.of(said);
    }

    @Override
    public void close() {
        calls.call(NvmlFunction.EVENTS_FREE, set); // whatever it returns, the watch is over
    }

    private int index(long identity) {
        return devices.stream()
                .filter(device -> device.identity() == identity)
                .mapToInt(NvmlDevice::index)
                .findFirst()
                .orElse(-1);
    }
}
