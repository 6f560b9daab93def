// The packets between server, launcher and keeper (SOCK_SEQPACKET, one structure a packet, then its variable part).
// Both ends are built together, so the layout is the compiler's; nothing here is parsed as text.
#pragma once
#include <stdint.h>

#define MESSAGE_MAXIMUM_SIZE 131072     // longest packet in bytes; fits the default socket buffer twice
#define MESSAGE_MAXIMUM_INLINE_FILE 65536
#define MESSAGE_MAXIMUM_STRINGS 98304   // arguments, environment and their NULs together
#define MESSAGE_MAXIMUM_COUNT 1024      // arguments plus environment variables
#define MESSAGE_MAXIMUM_SLOTS 4096      // sandboxes alive at once

#define SANDBOX_USER 1000               // uid and gid of programs, as seen inside

enum message_kind {
    // server to launcher
    MESSAGE_BEGIN = 1,   // take the host's root away from under us; answered
    MESSAGE_OPERATION,   // one step of the template; answered
    MESSAGE_FILTER,      // the seccomp program of every sandbox: struct sock_filter[]; answered
    MESSAGE_SEAL,        // the template is complete: nothing of the host stays reachable; answered
    MESSAGE_CREATE,      // clone a keeper; carries its socket, then a cgroup directory (v2); answered with pid and pidfd
    // server to keeper
    MESSAGE_PREPARE,     // build the root and seal; answered with the workspace's directory
    MESSAGE_FILE,        // write one file in the workspace; answered
    MESSAGE_RUN,         // carries stdin, stdout, stderr; answered with the pid, later MESSAGE_ENDED
    MESSAGE_SIGNAL,      // send a signal to a process or a group; answered
    // keeper to server, unasked
    MESSAGE_ENDED,       // a process started by MESSAGE_RUN has ended
};

/// Where set-up failed. Every failure is a stage and an errno, never a text.
enum setup_stage {
    STAGE_NONE = 0,
    STAGE_MESSAGE,             // a packet that the receiver did not expect
    STAGE_USER_NAMESPACE, STAGE_MOUNT_NAMESPACE, STAGE_PROPAGATION, STAGE_BASE, STAGE_PIVOT, STAGE_DETACH,
    STAGE_DIRECTORY, STAGE_FILE, STAGE_LINK, STAGE_BIND, STAGE_READ_ONLY, STAGE_ARENA,
    STAGE_NETWORK_NAMESPACE, STAGE_LOOPBACK, STAGE_CLONE, STAGE_IDENTITY_MAP,
    STAGE_IDENTITY, STAGE_CGROUP_NAMESPACE, STAGE_HOSTNAME, STAGE_SCRATCH, STAGE_PROC, STAGE_COVER, STAGE_TERMINALS,
    STAGE_WORKSPACE, STAGE_DESCRIPTORS, STAGE_DUMPABLE, STAGE_CAPABILITIES, STAGE_NO_NEW_PRIVILEGES, STAGE_LANDLOCK,
    STAGE_SECCOMP, STAGE_AFFINITY,
    STAGE_PIPE, STAGE_FORK, STAGE_LIMITS, STAGE_WORKING_DIRECTORY, STAGE_EXECUTE, STAGE_SIGNAL, STAGE_WRITE,
};

struct message_header {
    uint32_t kind;       // enum message_kind
    uint32_t sequence;   // chosen by the asker; the answer repeats it
    uint32_t stage;      // in answers: enum setup_stage, STAGE_NONE on success
    int32_t error;       // in answers: errno, 0 on success
    int32_t pid;         // in answers to CREATE and RUN, and in ENDED
};

enum begin_flags { BEGIN_UNPRIVILEGED = 1 };   // first enter a user namespace of our own
struct message_begin { struct message_header header; uint32_t flags, outer_user, outer_group; };

enum template_operation {
    OPERATION_DIRECTORY = 1,   // path; mode
    OPERATION_FILE,            // path; mode; second: contents
    OPERATION_LINK,            // path; second: target
    OPERATION_BIND,            // path; second: source on the host, canonical; attributes: LINUX_MOUNT_*
    OPERATION_COVER,           // in each sandbox: path is covered by the template's file or directory `second`
    OPERATION_ALLOW,           // in each sandbox: Landlock access `attributes` beneath path
};
struct message_operation {     // then path and second, each with a NUL
    struct message_header header;
    uint32_t operation, mode;
    uint64_t attributes;
    uint32_t path_size, second_size;   // bytes, NUL included (contents: without)
};

struct message_seal {
    struct message_header header;
    uint64_t landlock_files, landlock_network, landlock_scopes;   // what is handled; all 0: no Landlock
    uint32_t landlock_size;                                       // bytes of the ruleset attribute that the kernel knows
};

struct message_create { struct message_header header; uint32_t slot, outer_user, outer_group, has_cgroup; };

enum prepare_flags { PREPARE_TERMINALS = 1 };   // a devpts of its own
struct message_prepare {
    struct message_header header;
    uint64_t disk_bytes, inodes;   // of the writable file system, shared by workspace, /tmp and /dev/shm
    uint64_t processors;           // affinity mask; 0: as inherited
    uint32_t flags;
};

enum file_flags { FILE_FROM_DESCRIPTOR = 1 };   // the contents come from the descriptor that the packet carries
struct message_file {              // then path with NUL, then contents unless from a descriptor
    struct message_header header;
    uint64_t contents_size;
    uint32_t path_size, mode, flags;
};

struct message_limit { uint64_t soft, hard; int32_t resource; };   // setrlimit(2)
struct message_run {               // then limits, then strings (path, directory, arguments, environment), then meminfo
    struct message_header header;
    uint32_t limit_count, argument_count, environment_count, strings_size, meminfo_size;
};

struct message_signal { struct message_header header; int32_t target, signal; };   // kill(2); target -1: everything

struct message_ended {
    struct message_header header;
    int32_t status;                // as wait(2) gives it
    uint32_t others_alive;         // 1: processes that it started are still there
    uint64_t wall_microseconds;    // from exec to the moment it was reaped
    uint64_t user_microseconds, system_microseconds, peak_resident_kilobytes;
};
