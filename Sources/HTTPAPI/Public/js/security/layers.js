// What each wall of the server's isolation report means, in plain words.

import { h, icon, notice, pill } from '../ui.js';

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
  const [title, text] = words[name] ?? [name.replaceAll('_', ' '), ''];
  const bad = isMissing(state);
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
