// Files and folders that strangers may change: every call takes a directory's descriptor and a name of one part.
#pragma once
#include "calls.h"
#include <sys/inotify.h>

#define LINUX_SEEK_DATA 3   // lseek(2), Linux 3.1
#define LINUX_SEEK_HOLE 4
#define LINUX_RENAME_NOREPLACE 1U   // renameat2(2), Linux 3.15

/// openat(2) with O_TMPFILE: a file without a name in the file system of `directory`, Linux 3.11.
LINUX_INLINE long linux_open_unnamed(int directory, unsigned mode) {
    return LINUX_CALL(openat(directory, ".", 020000000 /* __O_TMPFILE */ | O_DIRECTORY | O_RDWR | O_CLOEXEC, mode));
}
/// linkat(2): gives a name to what `descriptor` is. Needs CAP_DAC_READ_SEARCH (else ENOENT).
LINUX_INLINE long linux_link_descriptor(int descriptor, int directory, const char *name) {
    return LINUX_CALL(linkat(descriptor, "", directory, name, 0x1000 /* AT_EMPTY_PATH */));
}
/// linkat(2) of a path in /proc/self/fd: the same without privilege.
LINUX_INLINE long linux_link_followed(const char *path, int directory, const char *name) {
    return LINUX_CALL(linkat(AT_FDCWD, path, directory, name, AT_SYMLINK_FOLLOW));
}
LINUX_INLINE long linux_rename(int from, const char *name, int to, const char *new_name, unsigned flags) {
    return LINUX_CALL(syscall(SYS_renameat2, from, name, to, new_name, flags));
}
LINUX_INLINE long linux_symlinkat(const char *target, int directory, const char *name) { return LINUX_CALL(symlinkat(target, directory, name)); }
LINUX_INLINE long linux_readlinkat(int directory, const char *name, void *buffer, size_t size) { return LINUX_CALL(readlinkat(directory, name, buffer, size)); }
/// fchownat(2) of `name` itself, also if it is a link.
LINUX_INLINE long linux_lchownat(int directory, const char *name, uid_t user, gid_t group) { return LINUX_CALL(fchownat(directory, name, user, group, AT_SYMLINK_NOFOLLOW)); }
/// copy_file_range(2), Linux 4.5: shares blocks where the file system can.
LINUX_INLINE long linux_copy_file_range(int source, off_t *from, int target, off_t *to, size_t count) {
    return LINUX_CALL(syscall(SYS_copy_file_range, source, from, target, to, count, 0U));
}
LINUX_INLINE long linux_set_modified(int descriptor, int64_t seconds) {
    struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};
    return LINUX_CALL(futimens(descriptor, times));
}
LINUX_INLINE long linux_inotify(void) { return LINUX_CALL(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)); }
LINUX_INLINE long linux_inotify_add(int inotify, const char *path, uint32_t mask) { return LINUX_CALL(inotify_add_watch(inotify, path, mask)); }
LINUX_INLINE long linux_inotify_remove(int inotify, int watch) { return LINUX_CALL(inotify_rm_watch(inotify, watch)); }
