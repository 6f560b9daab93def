// Thin wrappers. Every function returns the call's result, or the negated errno: no caller touches errno.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LINUX_CALL(expression) \
    ({ long result_ = (long)(expression); result_ < 0 ? -(long)errno : result_; })
// No _GNU_SOURCE: Swift's own module of libc is built without it, and one structure cannot have two definitions. What libc
// hides without it is called by number here.
#define LINUX_O_PATH 010000000
#define LINUX_INLINE static inline __attribute__((unused))

// Numbers newer than the headers of the oldest supported distribution; all are the same on every architecture.
#define LINUX_NR_OPEN_TREE 428
#define LINUX_NR_MOVE_MOUNT 429
#define LINUX_NR_FSOPEN 430
#define LINUX_NR_FSCONFIG 431
#define LINUX_NR_FSMOUNT 432
#define LINUX_NR_PIDFD_OPEN 434
#define LINUX_NR_CLONE3 435
#define LINUX_NR_CLOSE_RANGE 436
#define LINUX_NR_OPENAT2 437
#define LINUX_NR_MOUNT_SETATTR 442
#define LINUX_NR_LANDLOCK_CREATE_RULESET 444
#define LINUX_NR_LANDLOCK_ADD_RULE 445
#define LINUX_NR_LANDLOCK_RESTRICT_SELF 446

// MARK: processes and namespaces

struct linux_clone_args {  // clone3(2), CLONE_ARGS_SIZE_VER2
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

/// clone3(2) with fork semantics: 0 in the child, the pid in the parent. `cgroup` below 0: the parent's.
LINUX_INLINE long linux_clone3(uint64_t flags, int *pidfd, int cgroup) {
    struct linux_clone_args arguments = {.flags = flags, .exit_signal = SIGCHLD};
    if (pidfd) { arguments.flags |= CLONE_PIDFD; arguments.pidfd = (uint64_t)(uintptr_t)pidfd; }
    if (cgroup >= 0) { arguments.flags |= 0x200000000ULL /* CLONE_INTO_CGROUP */; arguments.cgroup = (uint64_t)cgroup; }
    return LINUX_CALL(syscall(LINUX_NR_CLONE3, &arguments, sizeof arguments));
}
/// Plain fork by clone(2), without libc's atfork handlers: 0 in the child.
LINUX_INLINE long linux_fork(void) { return LINUX_CALL(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }
LINUX_INLINE long linux_unshare(int flags) { return LINUX_CALL(syscall(SYS_unshare, flags)); }
LINUX_INLINE long linux_setns(int descriptor, int type) { return LINUX_CALL(syscall(SYS_setns, descriptor, type)); }
LINUX_INLINE long linux_pidfd_open(pid_t pid) { return LINUX_CALL(syscall(LINUX_NR_PIDFD_OPEN, pid, 0)); }
LINUX_INLINE long linux_pidfd_kill(int pidfd, int signal) { return LINUX_CALL(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0)); }
LINUX_INLINE long linux_kill(pid_t pid, int signal) { return LINUX_CALL(kill(pid, signal)); }
LINUX_INLINE long linux_wait4(pid_t pid, int *status, int options, struct rusage *usage) { return LINUX_CALL(wait4(pid, status, options, usage)); }
LINUX_INLINE int linux_stopped(int status) { return WIFSTOPPED(status); }
LINUX_INLINE int linux_exited(int status) { return WIFEXITED(status); }
LINUX_INLINE int linux_exit_code(int status) { return WEXITSTATUS(status); }
LINUX_INLINE int linux_term_signal(int status) { return WTERMSIG(status); }
LINUX_INLINE long linux_execve(const char *path, char *const *argv, char *const *envp) { return LINUX_CALL(execve(path, argv, envp)); }
LINUX_INLINE long linux_prctl(int option, unsigned long a, unsigned long b) { return LINUX_CALL(prctl(option, a, b, 0UL, 0UL)); }
LINUX_INLINE long linux_set_name(const char *name) { return LINUX_CALL(prctl(PR_SET_NAME, name, 0UL, 0UL, 0UL)); }
LINUX_INLINE long linux_prlimit(int resource, uint64_t soft, uint64_t hard) {
    struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
    return LINUX_CALL(syscall(SYS_prlimit64, 0, resource, &limit, NULL));
}
LINUX_INLINE long linux_getrlimit(int resource, struct rlimit *limit) { return LINUX_CALL(syscall(SYS_prlimit64, 0, resource, NULL, limit)); }
/// sched_setaffinity(2) of the calling thread to the first 64 processors named in `mask`.
LINUX_INLINE long linux_set_affinity(uint64_t mask) { return LINUX_CALL(syscall(SYS_sched_setaffinity, 0, sizeof mask, &mask)); }
/// sched_getaffinity(2): the number of bytes filled in.
LINUX_INLINE long linux_get_affinity(uint64_t *mask) {
    uint64_t words[16] = {0};
    long result = LINUX_CALL(syscall(SYS_sched_getaffinity, 0, sizeof words, words));
    *mask = words[0];
    return result;
}
LINUX_INLINE long linux_setresuid(uid_t id) { return LINUX_CALL(syscall(SYS_setresuid, id, id, id)); }
LINUX_INLINE long linux_setresgid(gid_t id) { return LINUX_CALL(syscall(SYS_setresgid, id, id, id)); }
LINUX_INLINE long linux_setgroups_none(void) { return LINUX_CALL(syscall(SYS_setgroups, 0, NULL)); }
LINUX_INLINE long linux_setsid(void) { return LINUX_CALL(setsid()); }
LINUX_INLINE long linux_sethostname(const char *name, size_t length) { return LINUX_CALL(sethostname(name, length)); }
/// capset(2) of the calling thread: effective and permitted as given, inheritable empty.
LINUX_INLINE long linux_capset(uint64_t capabilities) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[2] = {{(uint32_t)capabilities, (uint32_t)capabilities, 0},
                                             {(uint32_t)(capabilities >> 32), (uint32_t)(capabilities >> 32), 0}};
    return LINUX_CALL(syscall(SYS_capset, &header, data));
}

/// CLOCK_MONOTONIC in microseconds (clock_gettime(2)).
LINUX_INLINE uint64_t linux_monotonic_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}
/// What this thread has had of a processor.
LINUX_INLINE uint64_t linux_processor_microseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}
/// CLOCK_REALTIME in milliseconds since 1970 (clock_gettime(2)).
LINUX_INLINE int64_t linux_realtime_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
LINUX_INLINE void linux_ignore_signal(int number) { signal(number, SIG_IGN); }
LINUX_INLINE void linux_default_signal(int number) { signal(number, SIG_DFL); }
/// Anonymous private memory, zeroed; NULL on failure.
LINUX_INLINE void *linux_reserve(size_t size) {
    void *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return start == MAP_FAILED ? NULL : start;
}

// MARK: descriptors

LINUX_INLINE long linux_open(const char *path, int flags, unsigned mode) { return LINUX_CALL(open(path, flags | O_CLOEXEC, mode)); }
LINUX_INLINE long linux_openat(int directory, const char *path, int flags, unsigned mode) { return LINUX_CALL(openat(directory, path, flags | O_CLOEXEC, mode)); }
struct linux_open_how { uint64_t flags, mode, resolve; };  // openat2(2)
#define LINUX_RESOLVE_NO_XDEV 0x01ULL
#define LINUX_RESOLVE_NO_MAGICLINKS 0x02ULL
#define LINUX_RESOLVE_NO_SYMLINKS 0x04ULL
#define LINUX_RESOLVE_BENEATH 0x08ULL
/// openat2(2), Linux 5.6.
LINUX_INLINE long linux_openat2(int directory, const char *path, int flags, unsigned mode, uint64_t resolve) {
    struct linux_open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC), .mode = mode, .resolve = resolve};
    return LINUX_CALL(syscall(LINUX_NR_OPENAT2, directory, path, &how, sizeof how));
}
LINUX_INLINE long linux_close(int descriptor) { return LINUX_CALL(close(descriptor)); }
LINUX_INLINE long linux_close_range(unsigned first, unsigned last) { return LINUX_CALL(syscall(LINUX_NR_CLOSE_RANGE, first, last, 0)); }
LINUX_INLINE long linux_dup3(int from, int to, int flags) { return LINUX_CALL(syscall(SYS_dup3, from, to, flags)); }
LINUX_INLINE long linux_dup2(int from, int to) { return LINUX_CALL(dup2(from, to)); }
LINUX_INLINE long linux_dup_above(int from, int lowest) { return LINUX_CALL(fcntl(from, F_DUPFD_CLOEXEC, lowest)); }
LINUX_INLINE long linux_pipe(int *ends, int flags) { return LINUX_CALL(syscall(SYS_pipe2, ends, flags | O_CLOEXEC)); }
LINUX_INLINE long linux_set_pipe_size(int descriptor, int size) { return LINUX_CALL(fcntl(descriptor, 1031 /* F_SETPIPE_SZ */, size)); }
LINUX_INLINE long linux_sendfile(int target, int source, off_t *offset, size_t count) { return LINUX_CALL(sendfile(target, source, offset, count)); }
LINUX_INLINE long linux_set_nonblocking(int descriptor) { return LINUX_CALL(fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)); }
LINUX_INLINE long linux_set_close_on_exec(int descriptor, int on) { return LINUX_CALL(fcntl(descriptor, F_SETFD, on ? FD_CLOEXEC : 0)); }
LINUX_INLINE long linux_read(int descriptor, void *buffer, size_t size) { return LINUX_CALL(read(descriptor, buffer, size)); }
LINUX_INLINE long linux_write(int descriptor, const void *buffer, size_t size) { return LINUX_CALL(write(descriptor, buffer, size)); }
LINUX_INLINE long linux_pread(int descriptor, void *buffer, size_t size, off_t offset) { return LINUX_CALL(pread(descriptor, buffer, size, offset)); }
LINUX_INLINE long linux_pwrite(int descriptor, const void *buffer, size_t size, off_t offset) { return LINUX_CALL(pwrite(descriptor, buffer, size, offset)); }
LINUX_INLINE long linux_ftruncate(int descriptor, off_t size) { return LINUX_CALL(ftruncate(descriptor, size)); }
LINUX_INLINE long linux_lseek(int descriptor, off_t offset, int whence) { return LINUX_CALL(lseek(descriptor, offset, whence)); }
LINUX_INLINE long linux_fstat(int descriptor, struct stat *status) { return LINUX_CALL(fstat(descriptor, status)); }
LINUX_INLINE long linux_fstatat(int directory, const char *path, struct stat *status, int flags) { return LINUX_CALL(fstatat(directory, path, status, flags)); }
LINUX_INLINE long linux_fstatfs(int descriptor, struct statfs *status) { return LINUX_CALL(fstatfs(descriptor, status)); }
LINUX_INLINE long linux_mkdirat(int directory, const char *path, unsigned mode) { return LINUX_CALL(mkdirat(directory, path, mode)); }
LINUX_INLINE long linux_rmdir(const char *path) { return LINUX_CALL(rmdir(path)); }
LINUX_INLINE long linux_rmdirat(int directory, const char *path) { return LINUX_CALL(unlinkat(directory, path, AT_REMOVEDIR)); }
LINUX_INLINE long linux_unlinkat(int directory, const char *path) { return LINUX_CALL(unlinkat(directory, path, 0)); }
LINUX_INLINE long linux_symlink(const char *target, const char *path) { return LINUX_CALL(symlink(target, path)); }
LINUX_INLINE long linux_renameat(int from, const char *name, int to, const char *new_name) { return LINUX_CALL(syscall(SYS_renameat2, from, name, to, new_name, 0U)); }
LINUX_INLINE long linux_fchown(int descriptor, uid_t user, gid_t group) { return LINUX_CALL(fchown(descriptor, user, group)); }
LINUX_INLINE long linux_fchmod(int descriptor, unsigned mode) { return LINUX_CALL(fchmod(descriptor, mode)); }
LINUX_INLINE long linux_fchmodat(int directory, const char *path, unsigned mode) { return LINUX_CALL(fchmodat(directory, path, mode, 0)); }
LINUX_INLINE long linux_chdir(const char *path) { return LINUX_CALL(chdir(path)); }
LINUX_INLINE long linux_flock(int descriptor, int operation) { return LINUX_CALL(flock(descriptor, operation)); }
LINUX_INLINE long linux_getdents(int descriptor, void *buffer, size_t size) { return LINUX_CALL(syscall(SYS_getdents64, descriptor, buffer, size)); }
LINUX_INLINE long linux_memfd(const char *name) { return LINUX_CALL(syscall(SYS_memfd_create, name, 1U /* MFD_CLOEXEC */)); }
LINUX_INLINE long linux_signalfd(const sigset_t *signals) { return LINUX_CALL(signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK)); }
LINUX_INLINE long linux_eventfd(void) { return LINUX_CALL(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }
LINUX_INLINE long linux_epoll_create(void) { return LINUX_CALL(epoll_create1(EPOLL_CLOEXEC)); }
LINUX_INLINE long linux_epoll_set(int epoll, int operation, int descriptor, uint32_t events, uint64_t tag) {
    struct epoll_event event = {.events = events, .data = {.u64 = tag}};
    return LINUX_CALL(epoll_ctl(epoll, operation, descriptor, &event));
}
LINUX_INLINE long linux_epoll_wait(int epoll, struct epoll_event *events, int count, int milliseconds) { return LINUX_CALL(epoll_wait(epoll, events, count, milliseconds)); }
LINUX_INLINE long linux_poll(struct pollfd *descriptors, unsigned long count, int milliseconds) { return LINUX_CALL(poll(descriptors, count, milliseconds)); }

// MARK: sockets

LINUX_INLINE long linux_seqpacket_pair(int *ends) { return LINUX_CALL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)); }
#define LINUX_MAXIMUM_DESCRIPTORS 6
struct linux_descriptors { int32_t count, values[LINUX_MAXIMUM_DESCRIPTORS]; };
/// sendmsg(2) of one packet in two parts, with descriptors (unix(7), SCM_RIGHTS); never raises SIGPIPE.
LINUX_INLINE long linux_send(int socket, const void *head, size_t head_size, const void *body, size_t body_size,
                             const struct linux_descriptors *descriptors, int flags) {
    union { char bytes[CMSG_SPACE(sizeof(int) * LINUX_MAXIMUM_DESCRIPTORS)]; struct cmsghdr align; } control;
    struct iovec parts[2] = {{(void *)head, head_size}, {(void *)body, body_size}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = body_size ? 2 : 1};
    if (descriptors && descriptors->count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)descriptors->count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET; header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)descriptors->count);
        memcpy(CMSG_DATA(header), descriptors->values, sizeof(int) * (size_t)descriptors->count);
    }
    return LINUX_CALL(sendmsg(socket, &message, flags | MSG_NOSIGNAL));
}
/// recvmsg(2) of one packet; received descriptors are close-on-exec. A packet longer than `size`, or with more descriptors
/// than fit or may be open, is -EMSGSIZE: what came of it is closed.
LINUX_INLINE long linux_receive(int socket, void *buffer, size_t size, struct linux_descriptors *descriptors, int flags) {
    union { char bytes[CMSG_SPACE(sizeof(int) * LINUX_MAXIMUM_DESCRIPTORS)]; struct cmsghdr align; } control;
    struct iovec part = {buffer, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    descriptors->count = 0;
    ssize_t length = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
    if (length < 0) return -(long)errno;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(descriptors->values, CMSG_DATA(header), sizeof(int) * count);
        descriptors->count = (int32_t)count;
    }
    if (!(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) return (long)length;
    for (int32_t index = 0; index < descriptors->count; index++) close(descriptors->values[index]);
    descriptors->count = 0;
    return -EMSGSIZE;
}
/// Brings the loopback interface of the current network namespace up (netdevice(7)).
LINUX_INLINE long linux_loopback_up(void) {
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -(long)errno;
    struct ifreq request;
    memset(&request, 0, sizeof request);
    memcpy(request.ifr_name, "lo", 3);
    request.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
    long result = LINUX_CALL(ioctl(descriptor, SIOCSIFFLAGS, &request));
    close(descriptor);
    return result;
}

// MARK: terminals

/// Opens the other side of the pseudo terminal `master`, without becoming its session's terminal (ioctl_tty(2), Linux 4.13).
LINUX_INLINE long linux_terminal_peer(int master) { return LINUX_CALL(ioctl(master, 0x5441 /* TIOCGPTPEER */, O_RDWR | O_NOCTTY | O_CLOEXEC)); }
LINUX_INLINE long linux_unlock_terminal(int master) { int unlocked = 0; return LINUX_CALL(ioctl(master, TIOCSPTLCK, &unlocked)); }
/// Makes the terminal the controlling one of this process, which leads a session without one.
LINUX_INLINE long linux_control_terminal(int terminal) { return LINUX_CALL(ioctl(terminal, TIOCSCTTY, 0)); }
/// Sets the size of a terminal by either side; its foreground processes get SIGWINCH if it changes.
LINUX_INLINE long linux_set_window_size(int terminal, unsigned short rows, unsigned short columns) {
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    return LINUX_CALL(ioctl(terminal, TIOCSWINSZ, &size));
}
/// Bytes that can be read from a pipe or terminal now (ioctl_tty(2), FIONREAD).
LINUX_INLINE long linux_readable_bytes(int descriptor) { int count = 0; long result = LINUX_CALL(ioctl(descriptor, FIONREAD, &count)); return result < 0 ? result : count; }

// MARK: mounts

LINUX_INLINE long linux_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data) { return LINUX_CALL(mount(source, target, type, flags, data)); }
LINUX_INLINE long linux_umount(const char *target, int flags) { return LINUX_CALL(umount2(target, flags)); }
LINUX_INLINE long linux_pivot_root(const char *root, const char *old) { return LINUX_CALL(syscall(SYS_pivot_root, root, old)); }
#define LINUX_OPEN_TREE_CLONE 1U
/// open_tree(2), Linux 5.2: a detached copy of the mount at `path`, with what is below it if `recursive`.
LINUX_INLINE long linux_clone_mount(int directory, const char *path, int recursive) {
    return LINUX_CALL(syscall(LINUX_NR_OPEN_TREE, directory, path, LINUX_OPEN_TREE_CLONE | O_CLOEXEC | (recursive ? 0x8000U /* AT_RECURSIVE */ : 0)));
}
/// open_tree(2): a detached copy of the mount that `directory` is in, with that directory as its root. Nothing below is copied.
LINUX_INLINE long linux_clone_mount_at(int directory) {
    return LINUX_CALL(syscall(LINUX_NR_OPEN_TREE, directory, "", LINUX_OPEN_TREE_CLONE | O_CLOEXEC | 0x1000U /* AT_EMPTY_PATH */));
}
/// move_mount(2): attaches a detached mount at `path`, which is not followed if it is a link.
LINUX_INLINE long linux_attach_mount(int mount, int directory, const char *path) {
    return LINUX_CALL(syscall(LINUX_NR_MOVE_MOUNT, mount, "", directory, path, 0x4U /* MOVE_MOUNT_F_EMPTY_PATH */));
}
struct linux_mount_attr { uint64_t set, clear, propagation, user_namespace; };
#define LINUX_MOUNT_READ_ONLY 0x1ULL
#define LINUX_MOUNT_NO_SET_UID 0x2ULL
#define LINUX_MOUNT_NO_DEVICES 0x4ULL
#define LINUX_MOUNT_NO_EXEC 0x8ULL
/// mount_setattr(2), Linux 5.12, on the mount that `descriptor` names.
LINUX_INLINE long linux_set_mount_attributes(int descriptor, uint64_t set, int recursive) {
    struct linux_mount_attr attributes = {.set = set};
    return LINUX_CALL(syscall(LINUX_NR_MOUNT_SETATTR, descriptor, "", 0x1000 /* AT_EMPTY_PATH */ | (recursive ? 0x8000 : 0), &attributes, sizeof attributes));
}

// MARK: seccomp and Landlock

/// seccomp(2): installs `count` BPF instructions as a filter of the calling thread.
LINUX_INLINE long linux_seccomp(const void *program, unsigned short count) {
    struct sock_fprog filter = {.len = count, .filter = (struct sock_filter *)program};
    return LINUX_CALL(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter));
}
LINUX_INLINE long linux_seccomp_action_available(uint32_t action) { return LINUX_CALL(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action)); }
struct linux_landlock_ruleset { uint64_t handled_files, handled_network, scoped; };
LINUX_INLINE long linux_landlock_abi(void) { return LINUX_CALL(syscall(LINUX_NR_LANDLOCK_CREATE_RULESET, NULL, 0, 1U)); }
/// `size` tells the kernel which fields it is given: 8 for ABI 1 to 3, 16 for 4 and 5, 24 from 6.
LINUX_INLINE long linux_landlock_create(const struct linux_landlock_ruleset *ruleset, size_t size) {
    return LINUX_CALL(syscall(LINUX_NR_LANDLOCK_CREATE_RULESET, ruleset, size, 0U));
}
LINUX_INLINE long linux_landlock_allow_beneath(int ruleset, int directory, uint64_t access) {
    struct { uint64_t access; int32_t parent; } __attribute__((packed)) rule = {access, directory};
    return LINUX_CALL(syscall(LINUX_NR_LANDLOCK_ADD_RULE, ruleset, 1, &rule, 0U));
}
LINUX_INLINE long linux_landlock_restrict(int ruleset) { return LINUX_CALL(syscall(LINUX_NR_LANDLOCK_RESTRICT_SELF, ruleset, 0U)); }
