/*
 * A libcuda.so.1 for tests: the functions that describe devices and those that move memory, as
 * NVIDIA documents them. It runs no kernel: launching returns NOT_SUPPORTED, or with launch=ignored
 * success, like a GPU that computes nonsense. What is still allocated when a context ends is an
 * error of the caller and ends the process, and so is a context that is still current. Devices are
 * listed as CUDA_VISIBLE_DEVICES says: indices or beginnings of UUIDs, up to the first that
 * names none. A GPU in MIG mode is listed once, as its first instance, or not at all without one;
 * where that variable is not set, the first instance there is hides everything else.
 *
 * Keys of a GPU (gpu.N.): uuid, name, pci, memory, major, minor, sms, mig, mig.instances,
 * mig.0.name, mig.0.memory, fail.FUNCTION. Of the library: launch, wrong (transfers arrive changed).
 */
#define FAKE_LIBRARY "cuda"
#include "fake.h"

typedef int CUresult;
typedef int CUdevice;
enum {
    SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, NO_DEVICE = 100,
    INVALID_DEVICE = 101, INVALID_CONTEXT = 201, INVALID_PTX = 218, NOT_FOUND = 500,
    NOT_SUPPORTED = 801
};
enum { MULTIPROCESSORS = 16, PCI_BUS = 33, PCI_DEVICE = 34, PCI_DOMAIN = 50, MAJOR = 75, MINOR = 76 };

#define MOST_GPUS 64

static int visible[MOST_GPUS], count = -1;

static int offered(int gpu) {
    return !fake_number(fake_text("gpu.%d.mig", gpu), 0)
        || fake_number(fake_text("gpu.%d.mig.instances", gpu), 0) > 0;
}

static int named(const char *name, int there) {
    char *end;
    long index = strtol(name, &end, 10);
    if (end != name && !*end) return index >= 0 && index < there ? (int) index : -1;
    for (int gpu = 0; gpu < there && !strncmp(name, "GPU-", 4); gpu++) {
        const char *uuid = fake_text("gpu.%d.uuid", gpu);
        if (uuid && !strncmp(uuid, name, strlen(name))) return gpu;
    }
    return -1;
}

static void enumerate(void) {
    int there = (int) fake_number(fake_text("gpus"), 0);
    const char *wish = getenv("CUDA_VISIBLE_DEVICES");
    if (there > MOST_GPUS) there = MOST_GPUS;
    count = 0;
    if (!wish) {
        for (int gpu = 0; gpu < there; gpu++)
            if (fake_number(fake_text("gpu.%d.mig", gpu), 0) && offered(gpu)) {
                visible[count++] = gpu;
                return;
            }
        for (int gpu = 0; gpu < there; gpu++)
            if (offered(gpu)) visible[count++] = gpu;
        return;
    }
    char list[1024];
    snprintf(list, sizeof list, "%s", wish);
    for (char *name = strtok(list, ","); name; name = strtok(NULL, ",")) {
        int gpu = named(name, there);
        if (gpu < 0) return;
        if (offered(gpu)) visible[count++] = gpu;
    }
}

static CUresult enter(const char *function) {
    const char *fail = fake_text("fail.%s", function);
    if (fail) return (CUresult) fake_number(fail, 999);
    return count < 0 ? NOT_INITIALIZED : SUCCESS;
}

static CUresult enter_device(const char *function, CUdevice device) {
    CUresult status = enter(function);
    if (status) return status;
    if (device < 0 || device >= count) return INVALID_DEVICE;
    const char *fail = fake_text("gpu.%d.fail.%s", visible[device], function);
    return fail ? (CUresult) fake_number(fail, 999) : SUCCESS;
}

/* The value of a device's key; of a divided GPU that of its first instance, if it has its own. */
static const char *of(CUdevice device, const char *key) {
    int gpu = visible[device];
    const char *own = fake_number(fake_text("gpu.%d.mig", gpu), 0)
        ? fake_text("gpu.%d.mig.0.%s", gpu, key) : NULL;
    return own ? own : fake_text("gpu.%d.%s", gpu, key);
}

CUresult cuInit(unsigned flags) {
    const char *fail = fake_text("fail.%s", __func__);
    if (fail) return (CUresult) fake_number(fail, 999);
    if (flags) return INVALID_VALUE;
    enumerate();
    if (count == 0) {
        count = -1;
        return NO_DEVICE;
    }
    return SUCCESS;
}

/* May be called before cuInit. */
CUresult cuDriverGetVersion(int *version) {
    if (!version) return INVALID_VALUE;
    *version = (int) fake_number(fake_text("version"), 12060);
    return SUCCESS;
}

CUresult cuDeviceGetCount(int *devices) {
    CUresult status = enter(__func__);
    if (status) return status;
    if (!devices) return INVALID_VALUE;
    *devices = (int) fake_number(fake_text("count"), (unsigned long long) count);
    return SUCCESS;
}

CUresult cuDeviceGet(CUdevice *device, int ordinal) {
    CUresult status = enter_device(__func__, ordinal);
    if (status) return status;
    *device = ordinal;
    return SUCCESS;
}

CUresult cuDeviceGetName(char *name, int length, CUdevice device) {
    CUresult status = enter_device(__func__, device);
    if (status) return status;
    if (!name || length < 1) return INVALID_VALUE;
    const char *value = of(device, "name");
    snprintf(name, (size_t) length, "%s", value ? value : "");
    return SUCCESS;
}

/* Sixteen bytes; of an instance those of its GPU. */
CUresult cuDeviceGetUuid(unsigned char *uuid, CUdevice device) {
    CUresult status = enter_device(__func__, device);
    if (status) return status;
    const char *text = fake_text("gpu.%d.uuid", visible[device]);
    memset(uuid, 0, 16);
    text = text && !strncmp(text, "GPU-", 4) ? text + 4 : "";
    for (int nibble = 0; *text && nibble < 32; text++) {
        if (*text == '-') continue;
        char digit[2] = {*text, 0};
        uuid[nibble / 2] |= (unsigned char) (strtoul(digit, NULL, 16) << (nibble % 2 ? 0 : 4));
        nibble++;
    }
    return SUCCESS;
}

CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device) {
    CUresult status = enter_device(__func__, device);
    if (status) return status;
    if (!bytes) return INVALID_VALUE;
    *bytes = (size_t) fake_number(of(device, "memory"), 0);
    return SUCCESS;
}

CUresult cuDeviceGetAttribute(int *value, int attribute, CUdevice device) {
    CUresult status = enter_device(__func__, device);
    if (status) return status;
    if (!value) return INVALID_VALUE;
    unsigned domain = 0, bus = 0, slot = 0;
    const char *pci = of(device, "pci");
    if (pci) sscanf(pci, "%x:%x:%x", &domain, &bus, &slot);
    switch (attribute) {
        case MULTIPROCESSORS: *value = (int) fake_number(of(device, "sms"), 132); return SUCCESS;
        case PCI_BUS: *value = (int) bus; return SUCCESS;
        case PCI_DEVICE: *value = (int) slot; return SUCCESS;
        case PCI_DOMAIN: *value = (int) domain; return SUCCESS;
        case MAJOR: *value = (int) fake_number(of(device, "major"), 9); return SUCCESS;
        case MINOR: *value = (int) fake_number(of(device, "minor"), 0); return SUCCESS;
        default: return INVALID_VALUE;
    }
}

/* Contexts, modules and memory: what is alive is counted. Device memory is memory of this process. */
static int contexts, alive;
static void *current;

static CUresult enter_context(const char *function) {
    CUresult status = enter(function);
    return status ? status : current ? SUCCESS : INVALID_CONTEXT;
}

CUresult cuDevicePrimaryCtxRetain(void **context, CUdevice device) {
    CUresult status = enter_device(__func__, device);
    if (status) return status;
    contexts++;
    *context = &contexts;
    return SUCCESS;
}

CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
    CUresult status = enter_device(__func__, device);
    if (status) return status;
    if (contexts == 0) return INVALID_CONTEXT;
    if (--contexts == 0) {
        if (alive || current) {
            fprintf(stderr, "fake cuda: %d allocations or modules were left, the context is %s\n",
                    alive, current ? "still current" : "not current");
            _Exit(97);
        }
    }
    return SUCCESS;
}

CUresult cuCtxSetCurrent(void *context) {
    CUresult status = enter(__func__);
    if (status) return status;
    current = context;
    return SUCCESS;
}

CUresult cuCtxSynchronize(void) { return enter_context(__func__); }

CUresult cuModuleLoadData(void **module, const void *image) {
    CUresult status = enter_context(__func__);
    if (status) return status;
    if (!strstr(image, ".version")) return INVALID_PTX;
    *module = strdup(image);
    alive++;
    return SUCCESS;
}

CUresult cuModuleUnload(void *module) {
    CUresult status = enter_context(__func__);
    if (status) return status;
    free(module);
    alive--;
    return SUCCESS;
}

CUresult cuModuleGetFunction(void **function, void *module, const char *name) {
    CUresult status = enter_context(__func__);
    if (status) return status;
    char entry[256];
    snprintf(entry, sizeof entry, ".entry %s(", name);
    *function = strstr(module, entry);
    return *function ? SUCCESS : NOT_FOUND;
}

CUresult cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx,
                        unsigned by, unsigned bz, unsigned shared, void *stream, void **parameters,
                        void **extra) {
    CUresult status = enter_context(__func__);
    if (status) return status;
    if (!function || !gx || !gy || !gz || !bx || !by || !bz || bx * by * bz > 1024 || !parameters)
        return INVALID_VALUE;
    (void) shared, (void) stream, (void) extra;
    const char *launch = fake_text("launch");
    return launch && !strcmp(launch, "ignored") ? SUCCESS : NOT_SUPPORTED;
}

static CUresult allocate(void **to, size_t bytes) {
    if (!bytes) return INVALID_VALUE;
    if (bytes > fake_number(fake_text("most"), ~0ULL) || !(*to = calloc(1, bytes)))
        return OUT_OF_MEMORY;
    alive++;
    return SUCCESS;
}

static CUresult release(void *memory) {
    free(memory);
    alive--;
    return SUCCESS;
}

CUresult cuMemAlloc_v2(void **to, size_t bytes) {
    CUresult status = enter_context(__func__);
    return status ? status : allocate(to, bytes);
}

CUresult cuMemFree_v2(void *memory) {
    CUresult status = enter_context(__func__);
    return status ? status : release(memory);
}

CUresult cuMemAllocHost_v2(void **to, size_t bytes) {
    CUresult status = enter_context(__func__);
    return status ? status : allocate(to, bytes);
}

CUresult cuMemFreeHost(void *memory) {
    CUresult status = enter_context(__func__);
    return status ? status : release(memory);
}

CUresult cuMemsetD32_v2(void *to, unsigned value, size_t count) {
    CUresult status = enter_context(__func__);
    if (status) return status;
    for (size_t i = 0; i < count; i++) ((unsigned *) to)[i] = value;
    return SUCCESS;
}

CUresult cuMemcpyHtoD_v2(void *to, const void *from, size_t bytes) {
    CUresult status = enter_context(__func__);
    if (status) return status;
    memcpy(to, from, bytes);
    if (fake_text("wrong")) *(char *) to ^= 1;
    return SUCCESS;
}

CUresult cuMemcpyDtoH_v2(void *to, const void *from, size_t bytes) {
    CUresult status = enter_context(__func__);
    if (status) return status;
    memcpy(to, from, bytes);
    return SUCCESS;
}
