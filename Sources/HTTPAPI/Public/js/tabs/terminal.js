import { list, create, titleOf } from '../sessions/sessions.js';
import { makeShell } from '../terminal/shell.js';
import { store } from '../store.js';
import { button, copy, empty, h, icon, notice, pill } from '../ui.js';

const looks = {
  connecting: ['run', 'loader-circle'],
  live: ['ok', 'circle-check'],
  lost: ['bad', 'wifi-off'],
  ended: ['warn', 'circle-stop'],
};
const [SMALLEST, LARGEST] = [9, 24];

export function make() {
  const shells = [];
  let current = null;
  const strip = h('div', { class: 'bar shell-tabs', role: 'group', 'aria-label': 'Terminals' });
  const status = h('span', { role: 'status' });
  const place = h('div', { class: 'card terminals' });
  const leave = button('Leave terminal', {
    picture: 'log-out',
    compact: true,
    title: 'Ctrl Shift Esc',
    onclick: () => leave.focus(),
  });
  const reader = h('input', {
    type: 'checkbox',
    id: 'terminal-reader',
    checked: store.get('terminal.reader', false),
    onchange: () => shells.forEach(({ shell }) => shell.setReader(reader.checked)),
  });
  const el = h(
    'section',
    { class: 'page fill' },
    h(
      'div',
      { class: 'bar head' },
      h('h1', {}, 'Terminal'),
      status,
      h('span', { class: 'grow' }),
      button('Smaller', { compact: true, onclick: () => resize(-1) }),
      button('Larger', { compact: true, onclick: () => resize(1) }),
      button('Copy all', {
        picture: 'copy',
        compact: true,
        onclick: () => current && copy(current.shell.text, 'Text'),
      }),
      leave,
      button('New terminal', { picture: 'plus', primary: true, onclick: () => open() }),
    ),
    strip,
    place,
    h(
      'p',
      { class: 'check hint' },
      reader,
      h('label', { htmlFor: reader.id }, 'Read the terminal aloud (for screen readers)'),
    ),
  );

  async function open(id) {
    try {
      const sessions = await list();
      const session = sessions.find((each) => each.id === id) ?? (id ? null : await create());
      if (!session) throw new Error(`There is no session ${id}.`);
      await add(session);
    } catch (error) {
      place.replaceChildren(
        notice(
          'bad',
          'No terminal',
          error.message,
          button('Try again', { picture: 'refresh-cw', onclick: () => open(id) }),
        ),
      );
    }
  }

  async function add(session) {
    const entry = { session, state: 'connecting', text: '' };
    entry.shell = await makeShell(session, {
      state: (state, text) => {
        Object.assign(entry, { state, text });
        draw();
      },
      title: (title) => {
        entry.title = title;
        draw();
      },
      leave: () => leave.focus(),
    });
    if (!entry.shell) {
      place.replaceChildren(
        empty(
          'square-terminal',
          'The terminal is not installed',
          'Run scripts/setup on the server: it fetches xterm.js. Commands work over the API meanwhile.',
        ),
      );
      return;
    }
    if (shells.length === 0) place.replaceChildren();
    shells.push(entry);
    place.append(entry.shell.el);
    show(entry);
    await entry.shell.open();
    entry.shell.focus();
  }

  function show(entry) {
    current = entry;
    for (const each of shells) each.shell.el.hidden = each !== entry;
    store.set(
      'terminals',
      shells.map(({ session }) => session.id),
    );
    draw();
    entry?.shell.focus();
  }

  function close(entry) {
    entry.shell.close();
    entry.shell.el.remove();
    shells.splice(shells.indexOf(entry), 1);
    show(shells.at(-1) ?? null);
    if (shells.length === 0) drawEmpty();
  }

  function drawEmpty() {
    place.replaceChildren(
      empty(
        'square-terminal',
        'No terminal open',
        'A terminal is a real shell in a sandbox of its own. It goes on when you leave the page.',
        button('Open one', { picture: 'plus', primary: true, onclick: () => open() }),
      ),
    );
  }

  function draw() {
    strip.replaceChildren(
      ...shells.map((entry) => {
        const title = entry.title || titleOf(entry.session);
        return h(
          'span',
          { class: 'shell-tab', 'data-current': entry === current },
          h(
            'button',
            {
              type: 'button',
              class: 'btn quiet compact',
              'aria-pressed': String(entry === current),
              onclick: () => show(entry),
            },
            icon('terminal'),
            title,
          ),
          h(
            'button',
            { type: 'button', class: 'btn quiet compact', 'aria-label': `Close ${title}`, onclick: () => close(entry) },
            icon('x'),
            h('span', { class: 'label fallback' }, 'Close'),
          ),
        );
      }),
    );
    const [kind, picture] = looks[current?.state] ?? [];
    status.replaceChildren(...(kind ? [pill(kind, picture, current.text)] : []));
  }

  function resize(by) {
    const size = Math.min(LARGEST, Math.max(SMALLEST, store.get('terminal.size', 13) + by));
    shells.forEach(({ shell }) => shell.setSize(size));
  }

  drawEmpty();
  return {
    el,
    async show({ path: [id] }) {
      const there = shells.find(({ session }) => session.id === id);
      if (there) show(there);
      else if (id) await open(id);
      else if (shells.length === 0) for (const kept of store.get('terminals', [])) await open(kept);
      else current?.shell.focus();
    },
  };
}
