// The packets between server, launcher and keeper (SOCK_SEQPACKET, one structure a packet, then its variable part).
// Both ends are built together, so the layout is the compiler's; nothing here is parsed as text.
#pragma once
#include <stdint.h>

#define MESSAGE_MAXIMUM_SIZE 131072     // longest packet in bytes; fits the default socket buffer twice
#define MESSAGE_MAXIMUM_INLINE_FILE 65536
#define MESSAGE_MAXIMUM_STRINGS 98304   // arguments, environment and their NULs together
#define MESSAGE_MAXIMUM_COUNT 1024      // arguments plus environment variables
#define MESSAGE_MAXIMUM_SLOTS 4096      // sandboxes alive at once
#define MESSAGE_MAXIMUM_COMMANDS 64     // commands of one sandbox that have a process alive

// Where a command's bash finds the state that the one before it left, and where it writes its own. Above the numbers that
// scripts choose by hand (3 to 9) and that bash chooses for them (10 and up).
#define SHELL_STATE_INPUT 250
#define SHELL_STATE_OUTPUT 251

#define SANDBOX_USER 1000               // uid and gid of programs, as seen inside

enum message_kind {
    // server to launcher
    MESSAGE_BEGIN = 1,   // take the host's root away from under us; answered
    MESSAGE_OPERATION,   // one step of the template; answered
    MESSAGE_FILTER,      // the seccomp program of every sandbox: struct sock_filter[]; answered
    MESSAGE_SEAL,        // the template is complete: nothing of the host stays reachable; answered
    MESSAGE_CREATE,      // clone a keeper; carries its socket, then a cgroup directory (v2); answered with pid and pidfd,
                         // and with its directory in /proc if its identity is to come later
    MESSAGE_IDENTIFY,    // give such a keeper its identity; carries its directory in /proc; answered
    // server to keeper
    MESSAGE_PREPARE,     // build the root and seal; may carry the workspace's mount; answered with its directory
    MESSAGE_FILE,        // write one file in the workspace; answered only when that fails
    MESSAGE_RUN,         // carries stdin, stdout, stderr; answered with the pid, later MESSAGE_ENDED
    MESSAGE_SIGNAL,      // send a signal to a process, a group, or a command; answered
    MESSAGE_COMMAND,     // as MESSAGE_RUN, one of many: with a warden of its own, that MESSAGE_GONE speaks of. Carries stdin,
                         // stdout, stderr and, for a shell, its state in and out; for a terminal only the state in.
                         // Answered with the pid (0: killed before it had one) and, for a terminal, its master; before
                         // MESSAGE_GONE, but maybe after MESSAGE_ENDED
    MESSAGE_KILL,        // end every process of a command; answered at once, MESSAGE_GONE comes later
    MESSAGE_INSPECT,     // answered with struct message_inspection
    // keeper to server, unasked
    MESSAGE_ENDED,       // a process started by MESSAGE_RUN or MESSAGE_COMMAND has ended
    MESSAGE_GONE,        // no process of a command is left
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
    STAGE_CHILDREN, STAGE_SUPERVISOR, STAGE_LISTENER,
};

struct message_header {
    uint32_t kind;       // enum message_kind
    uint32_t sequence;   // chosen by the asker; the answer repeats it
    uint32_t stage;      // in answers: enum setup_stage, STAGE_NONE on success
    int32_t error;       // in answers: errno, 0 on success
    int32_t pid;         // in answers to CREATE and RUN, and in ENDED
};

enum begin_flags {
    BEGIN_UNPRIVILEGED = 1,   // first enter a user namespace of our own
    BEGIN_CONFINED = 2,       // level landlock: no namespace and no root; the template is rules (OPERATION_ALLOW) alone
};
struct message_begin { struct message_header header; uint32_t flags, outer_user, outer_group; };

enum template_operation {
    OPERATION_DIRECTORY = 1,   // path; mode
    OPERATION_FILE,            // path; mode; second: contents
    OPERATION_LINK,            // path; second: target
    OPERATION_BIND,            // path; second: source on the host, canonical; attributes: LINUX_MOUNT_*
    OPERATION_COVER,           // in each sandbox: path is covered by the template's file or directory `second`
    OPERATION_ALLOW,           // in each sandbox: Landlock access `attributes` beneath path. At level landlock a path
                               // of the host, opened at once; `mode` is then the launcher's own: the descriptor
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
    uint64_t landlock_own;                                        // rights to a sandbox's own folders (level landlock)
    uint32_t landlock_size;                                       // bytes of the ruleset attribute that the kernel knows
};

// At level landlock the second descriptor is the sandbox's account, and the answer is about its supervisor: SIGTERM to it
// ends the sandbox, and when it has ended nothing of the sandbox is left.
enum create_flags { CREATE_IN_CGROUP = 1, CREATE_WITHOUT_IDENTITY = 2 };
struct message_create { struct message_header header; uint32_t slot, outer_user, outer_group, flags; };
struct message_identify { struct message_header header; uint32_t outer_user, outer_group; };

enum prepare_flags {
    PREPARE_TERMINALS = 1,   // a devpts of its own
    PREPARE_WORKSPACE = 2,   // the workspace is the detached mount that the packet carries, not scratch
    PREPARE_CONFINED = 4,    // level landlock: the packet carries the workspace's and the temporary directory
};
struct message_prepare {
    struct message_header header;
    uint64_t disk_bytes, inodes;   // of the scratch file system: /tmp, /dev/shm and, unless it is a mount, the workspace
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
enum command_flags {
    COMMAND_TERMINAL = 1,          // on a new pseudo terminal
    COMMAND_GIVEN_TERMINAL = 2,    // on the one that the packet carries after the state
};
struct message_run {               // then limits, then strings (path, directory, arguments, environment), then meminfo
    struct message_header header;
    uint32_t limit_count, argument_count, environment_count, strings_size, meminfo_size;
    uint32_t command, flags;       // of MESSAGE_COMMAND: its number, never used before; enum command_flags
    uint16_t rows, columns;        // of its terminal
};

struct message_kill { struct message_header header; uint32_t command; };   // also MESSAGE_INSPECT

struct message_signal {            // kill(2); target -1: everything
    struct message_header header;
    int32_t target, signal;
    uint32_t command;              // if not 0: every process of that command, whatever target says
};

struct message_ended {
    struct message_header header;
    uint32_t command;              // its number; 0 for MESSAGE_RUN
    int32_t status;                // as wait(2) gives it
    uint32_t others_alive;         // 1: processes that it started are still there
    uint64_t wall_microseconds;    // from exec to the moment it was reaped
    uint64_t user_microseconds, system_microseconds, peak_resident_kilobytes;
};

struct message_gone { struct message_header header; uint32_t command; };

struct message_inspection {        // what a command's processes use now, dead ones that were waited for included
    struct message_header header;
    uint32_t processes;            // alive, without the warden
    uint64_t cpu_microseconds;     // in steps of the kernel's clock tick
    uint64_t resident_bytes;       // shared pages counted once for each process
};

// What the server and a sandbox's supervisor tell each other at level landlock: words of 64 bits in memory that both have
// mapped, each read and written whole. The first three are the server's.
enum account_word {
    ACCOUNT_MEMORY_LIMIT,         // bytes
    ACCOUNT_PROCESS_LIMIT,        // with the keeper and wardens
    ACCOUNT_ENDS_TOGETHER,        // 1: out of memory ends all programs; 0: the largest
    ACCOUNT_MEMORY, ACCOUNT_MEMORY_PEAK,         // bytes
    ACCOUNT_MEMORY_KILLS,         // how often the memory limit was met
    ACCOUNT_PROCESSES, ACCOUNT_PROCESSES_PEAK,   // with the keeper and wardens
    ACCOUNT_PROCESS_REFUSALS,     // forks refused by the limit
    ACCOUNT_CPU_MICROSECONDS,     // of all processes, in steps of the kernel's clock tick
    ACCOUNT_UNLINKED,             // bytes of files without a name that are in use
};
#define ACCOUNT_SIZE 4096         // bytes of its file
