// What each wall of the server's isolation report means, in plain words.

import { h, icon, notice, pill } from '../ui.js';

/** `[title, text]` by layer; where the text depends on the state, an object of texts by state. */
const words = {
  namespaces: [
    'Own view of the machine',
    'Processes, mounts, network, users and host name of everyone else do not exist for a program.',
  ],
  root: [
    'Read-only root',
    'Programs see a root made of what they need, and can change none of it. No file of the host is in it.',
  ],
  network: [
    'Network',
    {
      loopback: 'No way out: no other machine, no service of the host, no metadata address.',
      none: 'No sockets at all but private pairs: no other machine, no service of the host, no metadata address.',
    },
  ],
  seccomp: ['System call filter', 'Calls that ordinary programs never need are refused by the kernel.'],
  landlock: ['Landlock', 'A lock on files and sockets, held by the process itself and never given back.'],
  landlock_refer: ['Landlock: moving files', 'Files move between the folders that a program may write, and nowhere else.'],
  landlock_truncate: ['Landlock: shortening files', 'A file that a program may not write cannot be emptied by it either.'],
  landlock_tcp: ['Landlock: TCP', 'Connections are refused a second time, behind the system call filter.'],
  landlock_device_ioctl: ['Landlock: devices', 'Commands to devices are refused, but for the program’s own terminal.'],
  landlock_scopes: ['Landlock: scopes', 'The kernel keeps signals and abstract sockets among the program’s own processes.'],
  cgroup: [
    'Resource control',
    'Memory, processes and processor time are counted for the whole process tree, and bounded.',
  ],
  capabilities: ['No privilege', 'No capability of the kernel is held, and none can be regained.'],
  no_new_privileges: ['No way up', 'Starting another program, set-uid ones too, never adds a right.'],
  host_user: [
    'User on the host',
    {
      per_sandbox: 'Each sandbox has a user of its own on the host, who owns nothing there.',
      shared: 'Programs have the server’s user on the host, behind walls of their own.',
      shared_by_sandboxes: 'Sandboxes have one user on the host who owns nothing there; the walls above keep them apart.',
      the_servers: 'Programs have the server’s user; the walls above keep them from its files and from each other.',
    },
  ],
  supervisor: ['Supervisor', 'The server itself counts what the program uses, and ends it at its limit.'],
};

/** What it means that a layer is missing. */
const without = {
  namespaces: 'Programs see the files of the machine that they need, and its numbers of processes and processors.',
  landlock: 'Files are kept apart by mounts alone; Linux 5.13 adds this lock.',
  landlock_refer: 'Files cannot be moved between folders at all; Linux 5.19 lets them.',
  landlock_truncate: 'Toolchains must not belong to the server’s user; Linux 6.2 adds this lock.',
  landlock_tcp: 'The system call filter alone refuses connections; Linux 6.7 adds this lock.',
  landlock_device_ioctl: 'The rules on files alone close devices; Linux 6.10 adds this lock.',
  landlock_scopes: 'The supervisor alone keeps signals apart; Linux 6.12 adds this lock.',
  cgroup: 'The supervisor counts memory, processes and processor time instead.',
};

const levels = {
  namespaces:
    'The strongest level: each program runs in namespaces and control groups of its own, behind every wall below.',
  landlock:
    'The level of an ordinary container: Landlock, a system call filter and a supervisor. Namespaces are not allowed here.',
  none: 'This machine offers no isolation, so the server refuses to run programs.',
};

/** Whether a layer's state says that it is missing. */
const isMissing = (state) => /^(missing|off|unavailable|not[_ ]enforced|absent|unsupported)/i.test(state);

/** The level and every layer with its state; a layer that is not known here keeps its own name. */
export function drawIsolation({ level, layers }) {
  const entries = Object.entries(layers);
  const missing = entries.filter(([, state]) => isMissing(state));
  const kind = level === 'none' ? 'bad' : level === 'namespaces' ? 'ok' : 'warn';
  return h(
    'div',
    {},
    h(
      'div',
      { class: 'level' },
      pill(kind, level === 'none' ? 'shield-alert' : 'shield-check', `Level: ${level}`),
      h('p', {}, levels[level] ?? ''),
    ),
    missing.length > 0 &&
      notice('warn', 'Not enforced here', missing.map(([name]) => words[name]?.[0] ?? name).join(', ')),
    h('ul', { class: 'layers' }, entries.map(drawLayer)),
  );
}

function drawLayer([name, state]) {
  const [title, texts] = words[name] ?? [name.replaceAll('_', ' '), ''];
  const bad = isMissing(state);
  const text = (bad && without[name]) || (typeof texts === 'string' ? texts : (texts[state] ?? ''));
  return h(
    'li',
    {},
    h('span', { class: bad ? 'bad-text' : 'ok-text' }, icon(bad ? 'circle-x' : 'shield-check')),
    h(
      'div',
      {},
      h('p', {}, h('strong', {}, title)),
      h('p', { class: 'hint' }, text),
      h('p', {}, h('code', { class: `tag ${bad ? 'bad' : 'ok'}` }, `${name}: ${state.replaceAll(',', ', ')}`)),
    ),
  );
}
