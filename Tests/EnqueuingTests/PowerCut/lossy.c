/* A disk that loses at a power cut what was not synced; preloaded into a process that writes a ledger.
 *
 * A kill leaves the page cache alone, so a missing fsync would never show. Here every write to the watched file
 * (LOSSY_FILE), its "-wal" and its "-journal" is remembered until fsync or fdatasync, and only then copied into
 * an image of the file in LOSSY_IMAGES. Whoever kills the process puts the images in the place of the files:
 * what was never synced is gone.
 *
 *   LOSSY_IGNORE_SYNC=1   fsync and fdatasync say yes and do nothing: "with the fsync taken out".
 *   LOSSY_LEAK=N          one write in N reaches the image at once, unsynced, as a disk may do in any order.
 *   LOSSY_FAULT=PATH      while PATH exists, writes fail with ENOSPC; if it holds an "e", syncs fail with EIO.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 3, DESCRIPTORS_MAX = 4096, RANGES_MAX = 1 << 16, PATH_BYTES_MAX = 1024 };

struct range { off_t start, end; };

static struct file {
    char path[PATH_BYTES_MAX], image[PATH_BYTES_MAX];
    struct range dirty[RANGES_MAX];
    int dirty_count;
    off_t cut_to; /* the least length since the last sync; -1 for none */
} files[FILES];

static int owner[DESCRIPTORS_MAX]; /* 1 + index into files, or 0 */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int ignores_sync, leak_every;
static unsigned leak_count;
static const char *fault;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_unlink)(const char *);

__attribute__((constructor)) static void begin(void) {
    real_open = dlsym(RTLD_NEXT, "open64");
    real_close = dlsym(RTLD_NEXT, "close");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_write = dlsym(RTLD_NEXT, "write");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    static const char *const suffixes[FILES] = {"", "-wal", "-journal"};
    const char *path = getenv("LOSSY_FILE"), *images = getenv("LOSSY_IMAGES");
    if (!path || !images) return;
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    for (int i = 0; i < FILES; i++) {
        snprintf(files[i].path, PATH_BYTES_MAX, "%s%s", path, suffixes[i]);
        snprintf(files[i].image, PATH_BYTES_MAX, "%s/%s%s", images, name, suffixes[i]);
        files[i].cut_to = -1;
    }
    ignores_sync = getenv("LOSSY_IGNORE_SYNC") != NULL;
    leak_every = getenv("LOSSY_LEAK") ? atoi(getenv("LOSSY_LEAK")) : 0;
    fault = getenv("LOSSY_FAULT");
}

static struct file *file_of(int fd) {
    return fd >= 0 && fd < DESCRIPTORS_MAX && owner[fd] ? &files[owner[fd] - 1] : NULL;
}

static char fault_kind(void) {
    if (!fault) return 0;
    int fd = real_open(fault, O_RDONLY);
    if (fd < 0) return 0;
    char kind = 'f';
    if (read(fd, &kind, 1) < 0) kind = 'f';
    real_close(fd);
    return kind;
}

static void copy_to_image(int fd, int image, struct range range) {
    static char page[1 << 16]; /* under the lock */
    for (off_t at = range.start; at < range.end;) {
        size_t wanted = (size_t)(range.end - at) < sizeof page ? (size_t)(range.end - at) : sizeof page;
        ssize_t got = pread(fd, page, wanted, at);
        if (got <= 0) break;
        if (real_pwrite(image, page, (size_t)got, at) != got) abort();
        at += got;
    }
}

static int open_image(struct file *file) {
    int image = real_open(file->image, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (image < 0) abort();
    return image;
}

static void wrote(struct file *file, off_t start, ssize_t count) {
    if (count <= 0) return;
    struct range range = {start, start + count};
    pthread_mutex_lock(&lock);
    if (!ignores_sync) {
        if (file->dirty_count == RANGES_MAX) abort();
        file->dirty[file->dirty_count++] = range;
    }
    if (leak_every && ++leak_count % (unsigned)leak_every == 0) {
        int source = real_open(file->path, O_RDONLY | O_CLOEXEC), image = open_image(file);
        if (source >= 0) copy_to_image(source, image, range);
        real_close(source);
        real_close(image);
    }
    pthread_mutex_unlock(&lock);
}

/* The descriptor may have been opened for writing only: the file is read through one of its own. */
static void synced(struct file *file) {
    pthread_mutex_lock(&lock);
    struct stat now;
    int source = real_open(file->path, O_RDONLY | O_CLOEXEC);
    if (source >= 0 && fstat(source, &now) == 0) {
        int image = open_image(file);
        if (file->cut_to >= 0 && real_ftruncate(image, file->cut_to) != 0) abort();
        for (int i = 0; i < file->dirty_count; i++) copy_to_image(source, image, file->dirty[i]);
        if (real_ftruncate(image, now.st_size) != 0) abort();
        real_close(image);
        file->dirty_count = 0;
        file->cut_to = -1;
    }
    if (source >= 0) real_close(source);
    pthread_mutex_unlock(&lock);
}

static int opened(const char *path, int fd) {
    if (fd < 0 || fd >= DESCRIPTORS_MAX) return fd;
    owner[fd] = 0;
    for (int i = 0; i < FILES; i++)
        if (files[i].path[0] && strcmp(path, files[i].path) == 0) owner[fd] = i + 1;
    return fd;
}

#define OPEN(name)                                                      \
    int name(const char *path, int flags, ...) {                        \
        va_list list;                                                   \
        va_start(list, flags);                                          \
        mode_t mode = va_arg(list, mode_t);                             \
        va_end(list);                                                   \
        return opened(path, real_open(path, flags, mode));              \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    if (fd >= 0 && fd < DESCRIPTORS_MAX) owner[fd] = 0;
    return real_close(fd);
}

#define PWRITE(name)                                                    \
    ssize_t name(int fd, const void *bytes, size_t count, off_t at) {   \
        struct file *file = file_of(fd);                                \
        if (file && fault_kind() == 'f') return errno = ENOSPC, -1;     \
        ssize_t done = real_pwrite(fd, bytes, count, at);               \
        if (file) wrote(file, at, done);                            \
        return done;                                                    \
    }
PWRITE(pwrite)
PWRITE(pwrite64)

ssize_t write(int fd, const void *bytes, size_t count) {
    struct file *file = file_of(fd);
    if (!file) return real_write(fd, bytes, count);
    if (fault_kind() == 'f') return errno = ENOSPC, -1;
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t done = real_write(fd, bytes, count);
    wrote(file, at, done);
    return done;
}

#define FTRUNCATE(name)                                                 \
    int name(int fd, off_t length) {                                    \
        struct file *file = file_of(fd);                                \
        int result = real_ftruncate(fd, length);                        \
        if (file && result == 0) {                                      \
            pthread_mutex_lock(&lock);                                  \
            if (file->cut_to < 0 || length < file->cut_to) file->cut_to = length; \
            pthread_mutex_unlock(&lock);                                \
        }                                                               \
        return result;                                                  \
    }
FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)

#define SYNC(name)                                                      \
    int name(int fd) {                                                  \
        struct file *file = file_of(fd);                                \
        if (!file) return real_fsync(fd);                               \
        if (fault_kind() == 'e') return errno = EIO, -1;                \
        if (!ignores_sync) synced(file);                                \
        return 0;                                                       \
    }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
    int result = real_unlink(path);
    for (int i = 0; i < FILES; i++) {
        if (result != 0 || !files[i].path[0] || strcmp(path, files[i].path) != 0) continue;
        pthread_mutex_lock(&lock);
        real_unlink(files[i].image);
        files[i].dirty_count = 0;
        files[i].cut_to = -1;
        pthread_mutex_unlock(&lock);
    }
    return result;
}
