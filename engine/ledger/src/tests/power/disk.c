/* Stands between a program and its disk (LD_PRELOAD): writes down, in order, everything that the program does to the files
 * of one folder, and lets one call fail where it is told to.
 *
 * DISK_FOLDER  the folder, as a resolved path with a slash at its end
 * DISK_RECORD  the file of the record, outside the folder
 * DISK_FAIL    "N:ERRNO:MODE": the Nth call that changes a file fails. MODE is `once`, `on` (and every later one), or
 *              `sync` (only syncs are counted). Notes and the mapped index of SQLite are neither counted nor failed.
 *
 * A record is one byte of kind, three numbers of eight bytes (file, place, length) and so many bytes:
 *   W write   T truncate   S sync of a file   F sync of a file that failed   D sync of a folder
 *   C create  R rename     U unlink           M new folder
 * One lock is held over a call and its record: the order of the record is the order on the disk.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static size_t folder_length;
static int record = -1;
static long fail_at, fail_errno, counted;
static char fail_mode[8];

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("DISK_RECORD"), *fail = getenv("DISK_FAIL");
    folder = getenv("DISK_FOLDER");
    if (!folder || !path) { folder = NULL; return; }
    folder_length = strlen(folder);
    record = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fail) sscanf(fail, "%ld:%ld:%7s", &fail_at, &fail_errno, fail_mode);
}

static int ends(const char *path, const char *end) {
    size_t length = strlen(path), tail = strlen(end);
    return length >= tail && !strcmp(path + length - tail, end);
}

static int watched_path(const char *path) {
    return folder && !strncmp(path, folder, folder_length) && !ends(path, "-shm");
}

/* The path of an open file, if it is one of ours. */
static int watched(int fd, char *path) {
    char link[64];
    if (!folder) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (!strncmp(path, folder, folder_length - 1) && (size_t)length == folder_length - 1) return 1;
    return watched_path(path);
}

static int fails(const char *path, int is_sync) {
    if (!fail_at || ends(path, "/notes")) return 0;
    if (!strcmp(fail_mode, "sync") && !is_sync) return 0;
    counted++;
    return counted == fail_at || (counted > fail_at && !strcmp(fail_mode, "on"));
}

static void put(const void *bytes, size_t length) {
    while (length) {
        ssize_t done = syscall(SYS_write, record, bytes, length);
        if (done <= 0) abort();
        bytes = (const char *)bytes + done;
        length -= done;
    }
}

static uint64_t number_of(int fd) {
    struct stat about;
    return fstat(fd, &about) ? 0 : about.st_ino;
}

static void note(char kind, uint64_t file, uint64_t place, const void *bytes, uint64_t length) {
    uint64_t head[3] = {file, place, length};
    put(&kind, 1);
    put(head, sizeof head);
    put(bytes, length);
}

#define LOCKED(body) do { pthread_mutex_lock(&turn); body; int kept = errno; pthread_mutex_unlock(&turn); errno = kept; } while (0)

static ssize_t write_at(int fd, const void *bytes, size_t length, off64_t place, int appends) {
    char path[PATH_MAX];
    ssize_t done;
    LOCKED({
        int ours = watched(fd, path);
        if (ours && fails(path, 0)) {
            /* A full disk takes a part of what it is given; the rest fails. */
            if (appends) place = lseek64(fd, 0, SEEK_CUR);
            done = fail_errno == ENOSPC ? syscall(SYS_pwrite64, fd, bytes, length / 2, place) : 0;
            if (done > 0) note('W', number_of(fd), place, bytes, done);
            done = -1;
            errno = fail_errno;
        } else {
            done = appends ? syscall(SYS_write, fd, bytes, length) : syscall(SYS_pwrite64, fd, bytes, length, place);
            if (ours && done > 0) {
                if (appends) place = lseek64(fd, 0, SEEK_CUR) - done;
                note('W', number_of(fd), place, bytes, done);
            }
        }
    });
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) { return write_at(fd, bytes, length, 0, 1); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t place) { return write_at(fd, bytes, length, place, 0); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t place) { return write_at(fd, bytes, length, place, 0); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
    ssize_t sum = 0;
    for (int i = 0; i < count; i++) {
        ssize_t done = write(fd, parts[i].iov_base, parts[i].iov_len);
        if (done < 0) return sum ? sum : done;
        sum += done;
        if ((size_t)done < parts[i].iov_len) break;
    }
    return sum;
}

/* Never used by what is tested here; if it ever is, the record would have a hole. */
ssize_t copy_file_range(int from, off64_t *a, int to, off64_t *b, size_t length, unsigned flags) {
    (void)from, (void)a, (void)to, (void)b, (void)length, (void)flags;
    errno = ENOSYS;
    return -1;
}

static int truncate_to(int fd, off64_t length) {
    char path[PATH_MAX];
    int done = -1;
    LOCKED({
        int ours = watched(fd, path);
        if (ours && fails(path, 0)) errno = fail_errno;
        else {
            done = syscall(SYS_ftruncate, fd, length);
            if (ours && !done) note('T', number_of(fd), length, NULL, 0);
        }
    });
    return done;
}

int ftruncate(int fd, off_t length) { return truncate_to(fd, length); }
int ftruncate64(int fd, off64_t length) { return truncate_to(fd, length); }

static int sync_of(int fd, long call) {
    char path[PATH_MAX];
    struct stat about;
    int done = -1;
    LOCKED({
        int ours = watched(fd, path);
        int is_folder = ours && !fstat(fd, &about) && S_ISDIR(about.st_mode);
        if (ours && fails(path, 1)) {
            if (!is_folder) note('F', number_of(fd), 0, NULL, 0);
            errno = fail_errno;
        } else {
            done = ours ? 0 : syscall(call, fd); /* No disk is waited for: the record is what counts. */
            if (ours && is_folder) note('D', 0, 0, path, strlen(path));
            else if (ours && !done) note('S', number_of(fd), 0, NULL, 0);
        }
    });
    return done;
}

int fsync(int fd) { return sync_of(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_of(fd, SYS_fdatasync); }

static int open_at(int at, const char *path, int flags, mode_t mode) {
    int fd = -1;
    LOCKED({
        int ours = watched_path(path);
        int creates = ours && (flags & O_CREAT) && faccessat(AT_FDCWD, path, F_OK, 0);
        if ((creates || (ours && (flags & O_TRUNC))) && fails(path, 0)) errno = fail_errno;
        else {
            fd = syscall(SYS_openat, at, path, flags, mode);
            if (fd >= 0 && creates) note('C', number_of(fd), 0, path, strlen(path));
            else if (fd >= 0 && ours && (flags & O_TRUNC)) note('T', number_of(fd), 0, NULL, 0);
        }
    });
    return fd;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | __O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags) return open_at(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags) return open_at(at, path, flags, mode); }

int rename(const char *from, const char *to) {
    char both[2 * PATH_MAX];
    int done = -1;
    LOCKED({
        int ours = watched_path(from) || watched_path(to);
        if (ours && fails(to, 0)) errno = fail_errno;
        else {
            done = syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
            int length = snprintf(both, sizeof both, "%s%c%s", from, 0, to);
            if (ours && !done) note('R', 0, 0, both, length);
        }
    });
    return done;
}

static int unlink_at(int at, const char *path, int flags) {
    int done = -1;
    LOCKED({
        int ours = watched_path(path);
        if (ours && fails(path, 0)) errno = fail_errno;
        else {
            done = syscall(SYS_unlinkat, at, path, flags);
            if (ours && !done) note('U', 0, 0, path, strlen(path));
        }
    });
    return done;
}

int unlink(const char *path) { return unlink_at(AT_FDCWD, path, 0); }
int unlinkat(int at, const char *path, int flags) { return unlink_at(at, path, flags); }

int mkdir(const char *path, mode_t mode) {
    int done = -1;
    LOCKED({
        int ours = watched_path(path);
        if (ours && fails(path, 0)) errno = fail_errno;
        else {
            done = syscall(SYS_mkdirat, AT_FDCWD, path, mode);
            if (ours && !done) note('M', 0, 0, path, strlen(path));
        }
    });
    return done;
}
