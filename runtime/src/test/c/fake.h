/*
 * What the fake driver libraries share: the machine they pretend to be, read from the file that
 * ASSAY_FAKE_GPUS names. Lines are KEY=VALUE; later lines win. Without the file there are no GPUs.
 *
 *   gpus=2                       GPUs of the machine (both libraries)
 *   nvml.gpus=1                  the same for one library: any key may begin with "nvml." or "cuda."
 *   gpu.0.uuid=GPU-...           also: name, pci, memory, and so on; see the libraries
 *   live=1                       the file is read again at every call: the machine changes with it
 *   fail.nvmlDeviceGetName=3     the function returns this status; see also gpu.0.fail.FUNCTION
 */
#ifndef FAKE_H
#define FAKE_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAKE_LINES 1024
#define FAKE_WIDTH 256

static char fake_lines[FAKE_LINES][FAKE_WIDTH];
static int fake_count = -1;

static void fake_load(void) {
    if (fake_count >= 0) return;
    fake_count = 0;
    const char *path = getenv("ASSAY_FAKE_GPUS");
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file) return;
    while (fake_count < FAKE_LINES && fgets(fake_lines[fake_count], FAKE_WIDTH, file)) {
        fake_lines[fake_count][strcspn(fake_lines[fake_count], "\r\n")] = 0;
        fake_count++;
    }
    fclose(file);
}

static const char *fake_find(const char *key) {
    const char *found = NULL;
    size_t length = strlen(key);
    fake_load();
    for (int i = 0; i < fake_count; i++)
        if (!strncmp(fake_lines[i], key, length) && fake_lines[i][length] == '=')
            found = fake_lines[i] + length + 1;
    return found;
}

/* Forgets what was read of a machine that changes. */
static inline void fake_again(void) {
    if (fake_find("live")) fake_count = -1;
}

/* The value of a key made like printf does; that of this library first. */
static const char *fake_text(const char *format, ...) {
    char key[FAKE_WIDTH], own[FAKE_WIDTH + 8];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(key, sizeof key, format, arguments);
    va_end(arguments);
    snprintf(own, sizeof own, "%s.%s", FAKE_LIBRARY, key);
    const char *value = fake_find(own);
    return value ? value : fake_find(key);
}

static unsigned long long fake_number(const char *text, unsigned long long otherwise) {
    return text ? strtoull(text, NULL, 0) : otherwise;
}

#endif
