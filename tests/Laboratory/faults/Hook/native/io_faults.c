// Errors, short writes and delays in the file operations of one process, ordered by a test in a shared page of memory.
// Preloaded (LD_PRELOAD) for what the .NET runtime calls, and loaded in the place of "libc" for what Replication.Core calls itself.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { WRITE = 1, SYNC = 2 };
enum { FAIL = 1, SHORT = 2, DELAY = 3 };

// The layout is IoFaults.cs's.
struct order {
    _Atomic int32_t operation; // 0: none
    int32_t kind;
    int32_t error;
    int32_t milliseconds;
    _Atomic int32_t skip;  // operations to let pass first
    _Atomic int32_t times; // how often it strikes
    _Atomic int32_t fired; // how often it did
    char path[256];        // part of the file's path
};

static struct order *order;

__attribute__((constructor)) static void map_order(void) {
    const char *name = getenv("REPLICATION_IO_FAULTS");
    if (name == NULL) return;
    int file = open(name, O_RDWR | O_CLOEXEC);
    if (file < 0) abort();
    order = mmap(NULL, sizeof *order, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (order == MAP_FAILED) abort();
}

// Whether the order strikes now.
static int strikes(int operation, int file) {
    if (order == NULL || atomic_load(&order->operation) != operation) return 0;
    char link[64], path[1024];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (strstr(path, order->path) == NULL) return 0;
    if (atomic_fetch_sub(&order->skip, 1) > 0) return 0;
    if (atomic_fetch_sub(&order->times, 1) <= 0) return 0;
    atomic_fetch_add(&order->fired, 1);
    return 1;
}

static void pause_for(int milliseconds) {
    struct timespec time = { milliseconds / 1000, (milliseconds % 1000) * 1000000L };
    while (nanosleep(&time, &time) != 0 && errno == EINTR) { }
}

static ssize_t write_at(int file, const void *bytes, size_t length, off64_t offset) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (real == NULL) real = dlsym(RTLD_NEXT, "pwrite64");
    if (strikes(WRITE, file)) {
        if (order->kind == FAIL) {
            errno = order->error;
            return -1;
        }
        if (order->kind == SHORT && length > 1) length /= 2;
        if (order->kind == DELAY) pause_for(order->milliseconds);
    }
    return real(file, bytes, length, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) { return write_at(file, bytes, length, offset); }

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) { return write_at(file, bytes, length, offset); }

static int sync_with(const char *name, int (**real)(int), int file) {
    if (*real == NULL) *real = dlsym(RTLD_NEXT, name);
    if (strikes(SYNC, file)) {
        if (order->kind == FAIL) {
            errno = order->error;
            return -1;
        }
        if (order->kind == DELAY) pause_for(order->milliseconds);
    }
    return (*real)(file);
}

int fdatasync(int file) {
    static int (*real)(int);
    return sync_with("fdatasync", &real, file);
}

int fsync(int file) {
    static int (*real)(int);
    return sync_with("fsync", &real, file);
}
