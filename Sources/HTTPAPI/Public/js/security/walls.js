// "Test the walls": harmless tries to get out, each a real program in a real sandbox, and what stopped it.

const MARK = 'ESCAPED';

const NO_SOCKETS = 'The system call filter refuses sockets; none is left but pairs between the program’s own processes.';

/**
 * Each try is a Bash program that prints `ESCAPED` when it got through; what it prints otherwise is the evidence.
 * `held` is the wall that it met, where the levels of isolation differ by level.
 */
export const tries = [
  {
    title: 'Read the passwords of the host',
    code: `cat /etc/shadow && echo ${MARK}`,
    held: {
      namespaces: 'The file does not exist in the root that programs see.',
      landlock: 'Landlock shows a program only what it needs, and no file of the host’s configuration.',
    },
  },
  {
    title: 'Change a system program',
    code: `echo '#!/bin/sh' > /usr/bin/env && echo ${MARK}`,
    held: {
      namespaces: 'The root is read-only.',
      landlock: 'Landlock lets a program write in its own folders, and nowhere else.',
    },
  },
  {
    title: 'Look at other processes',
    code: `shopt -s nullglob; all=(/proc/[0-9]*); for p in "\${all[@]}"; do [ "\${p#/proc/}" -gt 1 ] && [ "\${p#/proc/}" != $$ ] && tr '\\0' ' ' < "$p/cmdline" && echo ${MARK}; done; echo "processes in sight: \${#all[@]}"`,
    held: {
      namespaces: 'A process namespace: there is nobody else.',
      landlock: 'Landlock keeps the list of processes from programs.',
    },
  },
  {
    title: 'Kill every process',
    code: `kill -9 -1 2>&1; kill -9 1 2>&1; echo "process 1 is $(cat /proc/1/comm 2>/dev/null || echo 'out of reach')"`,
    held: {
      namespaces: 'Signals stay inside the sandbox; its first process cannot be ended from within.',
      landlock: 'Signals reach the program’s own processes, and no other.',
    },
  },
  {
    title: 'Reach the internet',
    code: `timeout 2 bash -c 'exec 3<>/dev/tcp/1.1.1.1/80' 2>&1 && echo ${MARK}`,
    held: {
      namespaces: 'A network namespace with no way out.',
      landlock: NO_SOCKETS,
    },
  },
  {
    title: 'Reach the cloud’s metadata address',
    code: `timeout 2 bash -c 'exec 3<>/dev/tcp/169.254.169.254/80' 2>&1 && echo ${MARK}`,
    held: {
      namespaces: 'A network namespace with no way out.',
      landlock: NO_SOCKETS,
    },
  },
  {
    title: 'Reach this very server on loopback',
    code: `timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/PORT' 2>&1 && echo ${MARK}`,
    held: {
      namespaces: 'The loopback in a sandbox is its own; nothing of the host listens there.',
      landlock: NO_SOCKETS,
    },
  },
  {
    title: 'Become root',
    code: `su -c id root < /dev/null 2>&1; [ "$(id -u)" = 0 ] && echo ${MARK}; grep -E 'CapEff|NoNewPrivs' /proc/self/status`,
    held: 'No capability is held, and no new privilege can be gained.',
  },
  {
    title: 'Make new namespaces',
    code: `unshare --user --map-root-user --mount true 2>&1 && echo ${MARK}`,
    held: 'The system call filter refuses new namespaces.',
  },
  {
    title: 'Mount a file system',
    code: `mount -t tmpfs none /tmp 2>&1 && echo ${MARK}`,
    held: 'Mounting takes a capability that no program has.',
  },
  {
    title: 'Make a device for the disk',
    code: `mknod disk b 8 0 2>&1 && echo ${MARK}`,
    held: 'Devices cannot be made.',
  },
  {
    title: 'Fork without end',
    code: 'while :; do sleep 60 & done',
    limits: { processes: 32 },
    wants: ['process_limit'],
    held: 'The process limit ends the whole tree.',
  },
  {
    title: 'Eat all memory',
    code: 'x=$(head -c 1G /dev/zero | tr "\\\\0" x)',
    limits: { memory_mb: 32 },
    wants: ['memory_limit', 'nonzero_exit', 'signaled'],
    held: 'The memory limit holds for the whole tree.',
  },
  {
    title: 'Fill the disk',
    code: `head -c 64M /dev/zero > fill && echo ${MARK}; ls -s fill`,
    limits: { disk_mb: 8 },
    held: {
      namespaces: 'The sandbox has a file system of its own, with a size.',
      landlock: 'The files of a program are counted, and it is ended at its limit.',
    },
  },
  {
    title: 'Never end',
    code: 'while :; do :; done',
    timeout: 1,
    wants: ['time_limit', 'cpu_limit'],
    held: 'The time limit ends it.',
  },
  {
    title: 'Flood the output',
    code: 'yes',
    limits: { output_bytes: 65_536 },
    wants: ['output_limit'],
    held: 'What is too much is dropped, and then the program is ended.',
  },
];

/** The request for one try. `policy`: the least strict one that is allowed, so that the kernel's walls are reached. */
export function requestFor(each, policy) {
  return {
    language: 'bash',
    code: each.code.replace('PORT', location.port || '80'),
    timeout: each.timeout ?? 10,
    ...(each.limits && { limits: each.limits }),
    ...(policy && { policy }),
  };
}

/** A tool that is not there tried nothing. */
const NOTHING_TRIED = /command not found|: not found$/m;

/** `{ verdict, by, evidence }` of a try and its result; the verdict is `held`, `refused`, `undecided` or `broken`. */
export function judge(each, result) {
  const evidence = each.wants ? '' : firstLines(result.output);
  if (result.status === 'sandbox_error')
    return { verdict: 'undecided', by: result.error ?? 'The server failed.', evidence };
  if (result.status === 'blocked')
    return { verdict: 'refused', by: 'The analysis refused the program; it was not run.', evidence };
  if (result.output.split('\n').includes(MARK))
    return { verdict: 'broken', by: 'The program got through.', evidence };
  if (each.wants && !each.wants.includes(result.status))
    return { verdict: 'broken', by: `It ended otherwise: ${result.error ?? result.status}.`, evidence };
  if (NOTHING_TRIED.test(result.output))
    return { verdict: 'undecided', by: 'The tool that this try uses is not in the sandbox.', evidence };
  const isAtLimit = each.wants || result.status.endsWith('_limit');
  const wall = typeof each.held === 'string' ? each.held : (each.held[result.isolation?.level] ?? '');
  return { verdict: 'held', by: (isAtLimit && result.error) || wall, evidence };
}

/** Without the name and line of the program that said it. */
const firstLines = (output) =>
  output
    .replace(/^.*main\.sh: (?:line \d+: )?/gm, '')
    .trim()
    .split('\n')
    .slice(0, 4)
    .join('\n')
    .slice(0, 400);
