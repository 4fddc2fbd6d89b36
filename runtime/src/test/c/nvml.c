/*
 * A libnvidia-ml.so.1 for tests. It keeps to NVIDIA's documentation of the functions it has: what
 * they return before nvmlInit_v2, for a null pointer, a bad index, a buffer that is too small, a
 * feature the device lacks, and a GPU that is lost.
 *
 * Keys of a GPU (gpu.N.): uuid, name, pci, memory, memory.used, power, power.limit, energy (mJ),
 * utilisation, utilisation.memory, temperature, ecc, ecc.corrected, ecc.uncorrected, remap.pending,
 * remap.failed, throttle, processes (pid:bytes,...), mig (0|1), mig.instances, mig.M.uuid,
 * mig.M.name, mig.M.memory, mig.M.memory.used, xid, xid.instance, lost (from the start), lostAfter (calls), fail.FUNCTION.
 * A key that is not there means that the device has no such feature.
 */
#define FAKE_LIBRARY "nvml"
#include "fake.h"

typedef int nvmlReturn_t;
enum {
    SUCCESS = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6,
    INSUFFICIENT_SIZE = 7, TIMEOUT = 10, GPU_IS_LOST = 15
};

#define MOST_GPUS 64
#define MOST_INSTANCES 8

/* What a handle points to: a GPU, or an instance of one. */
typedef struct device { int gpu, instance; } *nvmlDevice_t;
typedef struct events { int registered[MOST_GPUS], told[MOST_GPUS]; } *nvmlEventSet_t;

static struct device gpus[MOST_GPUS], instances[MOST_GPUS][MOST_INSTANCES];
static unsigned long long calls[MOST_GPUS];
static int initialised;

/* Copies as the real libraries do: all of it with its NUL, or nothing. */
static int fake_copy(char *to, unsigned length, const char *text) {
    if (strlen(text) >= length) return 0;
    strcpy(to, text);
    return 1;
}

static nvmlReturn_t enter(const char *function) {
    fake_again();
    const char *fail = fake_text("fail.%s", function);
    if (fail) return (nvmlReturn_t) fake_number(fail, 999);
    return initialised ? SUCCESS : UNINITIALIZED;
}

static nvmlReturn_t enter_device(const char *function, nvmlDevice_t device) {
    nvmlReturn_t status = enter(function);
    if (status) return status;
    if (!device || device->gpu < 0 || device->gpu >= MOST_GPUS) return INVALID_ARGUMENT;
    int gpu = device->gpu;
    const char *after = fake_text("gpu.%d.lostAfter", gpu);
    if (fake_text("gpu.%d.lost", gpu) || (after && calls[gpu]++ >= fake_number(after, 0)))
        return GPU_IS_LOST;
    const char *fail = fake_text("gpu.%d.fail.%s", gpu, function);
    return fail ? (nvmlReturn_t) fake_number(fail, 999) : SUCCESS;
}

/* The value of a device's key; of an instance its own. */
static const char *of(nvmlDevice_t device, const char *key) {
    return device->instance < 0 ? fake_text("gpu.%d.%s", device->gpu, key)
                                : fake_text("gpu.%d.mig.%d.%s", device->gpu, device->instance, key);
}

#define ENTER_DEVICE(pointer)                                   \
    nvmlReturn_t status = enter_device(__func__, device);       \
    if (status) return status;                                  \
    if (!(pointer)) return INVALID_ARGUMENT;

static nvmlReturn_t text(nvmlDevice_t device, const char *key, char *to, unsigned length) {
    const char *value = of(device, key);
    if (!value) return NOT_SUPPORTED;
    return fake_copy(to, length, value) ? SUCCESS : INSUFFICIENT_SIZE;
}

static nvmlReturn_t number(nvmlDevice_t device, const char *key, unsigned *to) {
    const char *value = of(device, key);
    if (!value) return NOT_SUPPORTED;
    *to = (unsigned) fake_number(value, 0);
    return SUCCESS;
}

static nvmlReturn_t number64(nvmlDevice_t device, const char *key, unsigned long long *to) {
    const char *value = of(device, key);
    if (!value) return NOT_SUPPORTED;
    *to = fake_number(value, 0);
    return SUCCESS;
}

nvmlReturn_t nvmlInit_v2(void) {
    const char *fail = fake_text("fail.%s", __func__);
    if (fail) return (nvmlReturn_t) fake_number(fail, 999);
    initialised++;
    return SUCCESS;
}

nvmlReturn_t nvmlShutdown(void) {
    nvmlReturn_t status = enter(__func__);
    if (!status) initialised--;
    return status;
}

static nvmlReturn_t system_text(const char *function, const char *key, char *to, unsigned length) {
    nvmlReturn_t status = enter(function);
    if (status) return status;
    if (!to) return INVALID_ARGUMENT;
    const char *value = fake_text(key);
    if (!value) return NOT_SUPPORTED;
    return fake_copy(to, length, value) ? SUCCESS : INSUFFICIENT_SIZE;
}

nvmlReturn_t nvmlSystemGetDriverVersion(char *version, unsigned length) {
    return system_text(__func__, "driver", version, length);
}

nvmlReturn_t nvmlSystemGetNVMLVersion(char *version, unsigned length) {
    return system_text(__func__, "library", version, length);
}

nvmlReturn_t nvmlSystemGetCudaDriverVersion_v2(int *version) {
    nvmlReturn_t status = enter(__func__);
    if (status) return status;
    if (!version) return INVALID_ARGUMENT;
    *version = (int) fake_number(fake_text("version"), 12060);
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetCount_v2(unsigned *count) {
    nvmlReturn_t status = enter(__func__);
    if (status) return status;
    if (!count) return INVALID_ARGUMENT;
    *count = (unsigned) fake_number(fake_text("gpus"), 0);
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned index, nvmlDevice_t *handle) {
    nvmlReturn_t status = enter(__func__);
    if (status) return status;
    if (!handle || index >= fake_number(fake_text("gpus"), 0) || index >= MOST_GPUS)
        return INVALID_ARGUMENT;
    gpus[index].gpu = (int) index;
    gpus[index].instance = -1;
    if ((status = enter_device(__func__, &gpus[index]))) return status;
    *handle = &gpus[index];
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char *uuid, unsigned length) {
    ENTER_DEVICE(uuid)
    return text(device, "uuid", uuid, length);
}

nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t device, char *name, unsigned length) {
    ENTER_DEVICE(name)
    return text(device, "name", name, length);
}

typedef struct {
    char busIdLegacy[16];
    unsigned domain, bus, device, pciDeviceId, pciSubSystemId;
    char busId[32];
} nvmlPciInfo_t;

nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t device, nvmlPciInfo_t *pci) {
    ENTER_DEVICE(pci)
    const char *address = of(device, "pci");
    if (!address) return NOT_SUPPORTED;
    memset(pci, 0, sizeof *pci);
    if (sscanf(address, "%x:%x:%x", &pci->domain, &pci->bus, &pci->device) == 3) {
        snprintf(pci->busIdLegacy, sizeof pci->busIdLegacy, "%04X:%02X:%02X.0",
                 pci->domain & 0xffff, pci->bus & 0xff, pci->device & 0xff);
        snprintf(pci->busId, sizeof pci->busId, "%08X:%02X:%02X.0", pci->domain, pci->bus, pci->device);
    } else {
        snprintf(pci->busId, sizeof pci->busId, "%s", address);
    }
    return SUCCESS;
}

typedef struct { unsigned long long total, free, used; } nvmlMemory_t;

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *memory) {
    ENTER_DEVICE(memory)
    const char *total = of(device, "memory");
    if (!total) return NOT_SUPPORTED;
    memory->total = fake_number(total, 0);
    memory->used = fake_number(of(device, "memory.used"), 0);
    memory->free = memory->total - memory->used;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t device, unsigned *power) {
    ENTER_DEVICE(power)
    return number(device, "power", power);
}

nvmlReturn_t nvmlDeviceGetEnforcedPowerLimit(nvmlDevice_t device, unsigned *limit) {
    ENTER_DEVICE(limit)
    return number(device, "power.limit", limit);
}

nvmlReturn_t nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t device, unsigned long long *energy) {
    ENTER_DEVICE(energy)
    return number64(device, "energy", energy);
}

typedef struct { unsigned gpu, memory; } nvmlUtilization_t;

nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t *rates) {
    ENTER_DEVICE(rates)
    status = number(device, "utilisation", &rates->gpu);
    rates->memory = (unsigned) fake_number(of(device, "utilisation.memory"), 0);
    return status;
}

nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device, int sensor, unsigned *celsius) {
    ENTER_DEVICE(celsius)
    if (sensor != 0) return INVALID_ARGUMENT;
    return number(device, "temperature", celsius);
}

nvmlReturn_t nvmlDeviceGetEccMode(nvmlDevice_t device, unsigned *current, unsigned *pending) {
    ENTER_DEVICE(current && pending)
    status = number(device, "ecc", current);
    *pending = *current;
    return status;
}

nvmlReturn_t nvmlDeviceGetTotalEccErrors(nvmlDevice_t device, int type, int counter,
                                         unsigned long long *count) {
    ENTER_DEVICE(count)
    if (type < 0 || type > 1 || counter < 0 || counter > 1) return INVALID_ARGUMENT;
    if (fake_number(of(device, "ecc"), 0) != 1) return NOT_SUPPORTED;
    *count = fake_number(of(device, type ? "ecc.uncorrected" : "ecc.corrected"), 0);
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetRemappedRows(nvmlDevice_t device, unsigned *correctable,
                                       unsigned *uncorrectable, unsigned *pending, unsigned *failed) {
    ENTER_DEVICE(correctable && uncorrectable && pending && failed)
    if (!of(device, "remap.pending") && !of(device, "remap.failed")) return NOT_SUPPORTED;
    *correctable = 0;
    *uncorrectable = 1;
    *pending = (unsigned) fake_number(of(device, "remap.pending"), 0);
    *failed = (unsigned) fake_number(of(device, "remap.failed"), 0);
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetCurrentClocksThrottleReasons(nvmlDevice_t device,
                                                       unsigned long long *reasons) {
    ENTER_DEVICE(reasons)
    return number64(device, "throttle", reasons);
}

typedef struct {
    unsigned pid;
    unsigned long long usedGpuMemory;
    unsigned gpuInstanceId, computeInstanceId;
} nvmlProcessInfo_t;

/* With too little room: how many there are. An entry is as large as processes.bytes says. */
nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v3(nvmlDevice_t device, unsigned *count,
                                                     nvmlProcessInfo_t *infos) {
    ENTER_DEVICE(count)
    const char *list = of(device, "processes");
    unsigned there = 0, room = *count;
    const char *repeat = of(device, "processes.count"); /* more of them than a line holds */
    for (const char *at = list; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) there++;
    if (repeat) there = (unsigned) fake_number(repeat, 0);
    *count = there;
    if (there > room) return INSUFFICIENT_SIZE;
    if (there && !infos) return INVALID_ARGUMENT;
    size_t bytes = (size_t) fake_number(of(device, "processes.bytes"), sizeof *infos);
    for (unsigned i = 0; i < there; i++) {
        nvmlProcessInfo_t info = {
            .pid = repeat ? 1000 + i : (unsigned) strtoul(list, NULL, 10),
            .usedGpuMemory = ~0ULL, .gpuInstanceId = ~0u, .computeInstanceId = ~0u};
        if (!repeat) {
            const char *colon = strchr(list, ':'), *comma = strchr(list, ',');
            if (colon && (!comma || colon < comma)) info.usedGpuMemory = strtoull(colon + 1, NULL, 10);
            list = comma ? comma + 1 : list;
        }
        char *to = (char *) infos + i * bytes;
        memset(to, 0, bytes);
        memcpy(to, &info, bytes < sizeof info ? bytes : sizeof info);
    }
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t device, unsigned *current, unsigned *pending) {
    ENTER_DEVICE(current && pending)
    status = number(device, "mig", current);
    *pending = *current;
    return status;
}

nvmlReturn_t nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t device, unsigned *count) {
    ENTER_DEVICE(count)
    if (!of(device, "mig")) return NOT_SUPPORTED;
    *count = 7;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t device, unsigned index,
                                                 nvmlDevice_t *instance) {
    ENTER_DEVICE(instance)
    if (!of(device, "mig")) return NOT_SUPPORTED;
    if (index >= 7) return INVALID_ARGUMENT;
    if (index >= fake_number(of(device, "mig.instances"), 0)) return NOT_FOUND;
    struct device *found = &instances[device->gpu][index];
    found->gpu = device->gpu;
    found->instance = (int) index;
    *instance = found;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetGpuInstanceId(nvmlDevice_t device, unsigned *id) {
    ENTER_DEVICE(id)
    if (device->instance < 0) return NOT_SUPPORTED;
    *id = (unsigned) device->instance + 1;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetComputeInstanceId(nvmlDevice_t device, unsigned *id) {
    ENTER_DEVICE(id)
    if (device->instance < 0) return NOT_SUPPORTED;
    *id = 0;
    return SUCCESS;
}

nvmlReturn_t nvmlEventSetCreate(nvmlEventSet_t *set) {
    nvmlReturn_t status = enter(__func__);
    if (status) return status;
    if (!set) return INVALID_ARGUMENT;
    *set = calloc(1, sizeof **set);
    return SUCCESS;
}

/* A lost GPU is still registered for its errors, or there would be no telling of them. */
nvmlReturn_t nvmlDeviceRegisterEvents(nvmlDevice_t device, unsigned long long types, nvmlEventSet_t set) {
    nvmlReturn_t status = enter(__func__);
    if (status) return status;
    if (!device || !set) return INVALID_ARGUMENT;
    if (types != 0x8) return NOT_SUPPORTED;
    set->registered[device->gpu] = 1;
    return SUCCESS;
}

typedef struct {
    nvmlDevice_t device;
    unsigned long long eventType, eventData;
    unsigned gpuInstanceId, computeInstanceId;
} nvmlEventData_t;

/* Each registered GPU's error is told once; then there are none before the time is over. */
nvmlReturn_t nvmlEventSetWait_v2(nvmlEventSet_t set, nvmlEventData_t *data, unsigned millis) {
    nvmlReturn_t status = enter(__func__);
    if (status) return status;
    if (!set || !data) return INVALID_ARGUMENT;
    (void) millis;
    for (int gpu = 0; gpu < MOST_GPUS; gpu++) {
        const char *xid = fake_text("gpu.%d.xid", gpu);
        if (set->registered[gpu] && !set->told[gpu] && xid) {
            set->told[gpu] = 1;
            memset(data, 0, sizeof *data);
            data->device = &gpus[gpu];
            data->eventType = 0x8;
            data->eventData = fake_number(xid, 0);
            data->gpuInstanceId = (unsigned) fake_number(fake_text("gpu.%d.xid.instance", gpu), ~0u);
            data->computeInstanceId = ~0u;
            return SUCCESS;
        }
    }
    return TIMEOUT;
}

nvmlReturn_t nvmlEventSetFree(nvmlEventSet_t set) {
    nvmlReturn_t status = enter(__func__);
    if (status) return status;
    free(set);
    return SUCCESS;
}
