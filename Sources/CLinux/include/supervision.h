// What the level `landlock` needs beside the other calls: seccomp's listener (seccomp_unotify(2)), and memory that the
// server and a sandbox's supervisor share.
#pragma once
#include "calls.h"

/// A call of a sandbox that waits for its supervisor's answer; the kernel's structure, with room for what newer ones add.
union linux_notification { struct seccomp_notif call; unsigned char room[256]; };
union linux_notification_answer { struct seccomp_notif_resp answer; unsigned char room[256]; };

/// seccomp(2) with SECCOMP_FILTER_FLAG_NEW_LISTENER (Linux 5.0): the listener, on which calls that the filter does not decide
/// arrive. From Linux 5.19 on a call that has been taken is not interrupted by signals any more.
LINUX_INLINE long linux_seccomp_listener(const void *program, unsigned short count) {
    struct sock_fprog filter = {.len = count, .filter = (struct sock_filter *)program};
    long result = LINUX_CALL(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, (1UL << 3) | (1UL << 5), &filter));
    if (result != -EINVAL) return result;
    return LINUX_CALL(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 1UL << 3, &filter));
}
/// Who waits for an answer and who gives it take turns on one processor, instead of waking another one up for each
/// (SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP, Linux 6.6). Before anything waits.
LINUX_INLINE long linux_take_turns(int listener) {
    return LINUX_CALL(ioctl(listener, _IOW('!', 4, uint64_t), 1UL));
}
LINUX_INLINE long linux_take_notification(int listener, union linux_notification *notification) {
    memset(notification, 0, sizeof *notification);
    return LINUX_CALL(ioctl(listener, _IOWR('!', 0, struct seccomp_notif), notification));
}
/// The call goes on in the kernel, as if no filter had held it up: its arguments in registers are those that were seen.
LINUX_INLINE long linux_continue_call(int listener, uint64_t id) {
    union linux_notification_answer answer;
    memset(&answer, 0, sizeof answer);
    answer.answer.id = id;
    answer.answer.flags = 1;  // SECCOMP_USER_NOTIF_FLAG_CONTINUE, Linux 5.5
    return LINUX_CALL(ioctl(listener, _IOWR('!', 1, struct seccomp_notif_resp), &answer));
}
/// The call ends with a result of 0 or, below 0, that negated errno.
LINUX_INLINE long linux_answer_call(int listener, uint64_t id, int result) {
    union linux_notification_answer answer;
    memset(&answer, 0, sizeof answer);
    answer.answer.id = id;
    answer.answer.error = result;
    return LINUX_CALL(ioctl(listener, _IOWR('!', 1, struct seccomp_notif_resp), &answer));
}
/// Whether the caller still waits: then its number is its own, and what was read of it is true (SECCOMP_IOCTL_NOTIF_ID_VALID).
LINUX_INLINE long linux_notification_is_valid(int listener, uint64_t id) {
    return LINUX_CALL(ioctl(listener, _IOW('!', 2, uint64_t), &id));
}

/// The calls that wait for the supervisor, by what it has to decide.
enum supervised_call {
    CALL_UNKNOWN, CALL_FORK, CALL_KILL, CALL_THREAD_KILL, CALL_GROUP_THREAD_KILL, CALL_FIRST_IS_PROCESS,
    CALL_SECOND_IS_PROCESS, CALL_CHANGE_MODE, CALL_CHANGE_MODE_AT, CALL_CHANGE_TIMES_AT
};
LINUX_INLINE enum supervised_call linux_supervised_call(int number) {
    switch (number) {
#ifdef SYS_fork
    case SYS_fork: case SYS_vfork:
#endif
    case SYS_clone: return CALL_FORK;
    case SYS_kill: return CALL_KILL;
    case SYS_tkill: return CALL_THREAD_KILL;
    case SYS_tgkill: case SYS_rt_tgsigqueueinfo: return CALL_GROUP_THREAD_KILL;
    case SYS_rt_sigqueueinfo: case SYS_prlimit64: case SYS_sched_setaffinity: case SYS_sched_setattr:
    case SYS_sched_setparam: case SYS_sched_setscheduler: return CALL_FIRST_IS_PROCESS;
    case SYS_setpriority: case SYS_ioprio_set: return CALL_SECOND_IS_PROCESS;
#ifdef SYS_chmod
    case SYS_chmod: return CALL_CHANGE_MODE;
#endif
    case SYS_fchmodat: case 452 /* fchmodat2 */: return CALL_CHANGE_MODE_AT;
    case SYS_utimensat: return CALL_CHANGE_TIMES_AT;
    default: return CALL_UNKNOWN;
    }
}
/// Whether a call that changes a mode takes flags: fchmodat(2) has them in libc alone.
LINUX_INLINE int linux_has_flags(int number) { return number == 452; }
/// setpriority(2): the nice value of this process, if it is not as nice already.
LINUX_INLINE long linux_make_nice(int value) {
    long raw = syscall(SYS_getpriority, PRIO_PROCESS, 0);  // 20 minus the nice value
    if (raw >= 0 && 20 - raw >= value) return 0;
    return LINUX_CALL(setpriority(PRIO_PROCESS, 0, value));
}
LINUX_INLINE long linux_thread_kill(pid_t group, pid_t thread, int signal) { return LINUX_CALL(syscall(SYS_tgkill, group, thread, signal)); }
LINUX_INLINE long linux_chmod(const char *path, unsigned mode) { return LINUX_CALL(chmod(path, mode)); }
LINUX_INLINE long linux_change_times(const char *path, const struct timespec *times) { return LINUX_CALL(utimensat(AT_FDCWD, path, times, 0)); }

/// Memory of a file without a name, shared by everybody who maps it; NULL on failure.
LINUX_INLINE void *linux_map_shared(int descriptor, size_t size) {
    void *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    return start == MAP_FAILED ? NULL : start;
}
/// Memory that this process shares with those that it forks; NULL on failure.
LINUX_INLINE void *linux_reserve_shared(size_t size) {
    void *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return start == MAP_FAILED ? NULL : start;
}
LINUX_INLINE void linux_unmap(void *start, size_t size) { munmap(start, size); }
LINUX_INLINE uint64_t linux_load(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
LINUX_INLINE void linux_store(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }
LINUX_INLINE void linux_add(uint64_t *word, uint64_t value) { __atomic_add_fetch(word, value, __ATOMIC_ACQ_REL); }
