// What each wall of the server's isolation report means, in plain words.

const words = {
  namespaces: [
    'Own view of the machine',
    'Processes, mounts, network, users and host name of everyone else do not exist for a program.',
  ],
  root: [
    'Read-only root',
    'Programs see a root made of what they need, and can change none of it. No file of the host is in it.',
  ],
  network: ['Network', 'No way out: no other machine, no service of the host, no metadata address.'],
  seccomp: ['System call filter', 'Calls that ordinary programs never need are refused by the kernel.'],
  landlock: ['Landlock', 'A second lock on files and sockets, held by the process itself and never given back.'],
  cgroup: [
    'Resource control',
    'Memory, processes and processor time are counted for the whole process tree, and bounded.',
  ],
  capabilities: ['No privilege', 'No capability of the kernel is held, and none can be regained.'],
  no_new_privileges: ['No way up', 'Starting another program, set-uid ones too, never adds a right.'],
  host_user: ['A stranger to the host', 'Each sandbox has a user of its own on the host, who owns nothing there.'],
  supervisor: ['Supervisor', 'The server itself counts what the program uses, and ends it at its limit.'],
  rlimits: ['Process limits', 'Classic limits of the kernel on files, memory and processor time.'],
};

const levels = {
  namespaces:
    'The strongest level: each program runs in namespaces and control groups of its own, behind every wall below.',
  landlock:
    'The level of an ordinary container: Landlock, a system call filter and a supervisor. Namespaces are not allowed here.',
  none: 'This machine offers no isolation, so the server refuses to run programs.',
};

/** `[title, explanation]` of a layer; one that is not known here keeps its own name. */
export const layerInWords = (name) => words[name] ?? [name.replaceAll('_', ' '), ''];
export const levelInWords = (level) => levels[level] ?? '';
/** Whether a layer's state says that it is missing. */
export const isMissing = (state) => /^(missing|off|unavailable|not[_ ]enforced|absent|unsupported)/i.test(state);
