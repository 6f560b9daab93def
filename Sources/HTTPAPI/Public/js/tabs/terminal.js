import { makePicker } from '../sessions/picker.js';
import { create, endTerminal, get, titleOf } from '../sessions/sessions.js';
import { store } from '../store.js';
import { makeShell } from '../terminal/shell.js';
import { button, confirmed, copy, empty, h, icon, notice, pill, toast, trouble } from '../ui.js';

const looks = {
  connecting: ['run', 'loader-circle'],
  live: ['ok', 'circle-check'],
  lost: ['bad', 'wifi-off'],
  ended: ['warn', 'circle-stop'],
};
const [SMALLEST, LARGEST] = [9, 24];

export function make() {
  /** `{ session, terminal, shell, state, text, title, number }` of each. */
  const shells = [];
  let current = null;
  let isRestored = false;
  let count = 0;

  const strip = h('div', { class: 'shell-tabs', role: 'group', 'aria-label': 'Terminals' });
  const status = h('span', { class: 'shell-status', role: 'status' });
  const message = h('div', {});
  const place = h('div', { class: 'card terminals' });
  const picker = makePicker({
    choose: (session) => go(session.id),
    failed: (error) => message.replaceChildren(trouble('No session was made', error)),
  });
  const filesLink = h('a', { class: 'btn', hidden: true }, icon('folder'), 'Files');
  const leave = button('Leave', {
    picture: 'log-out',
    compact: true,
    quiet: true,
    title: 'Leave the terminal: Ctrl Shift Esc',
    'aria-label': 'Leave terminal',
    'aria-keyshortcuts': 'Control+Shift+Escape',
    onclick: () => leave.focus(),
  });
  const reader = h('input', {
    type: 'checkbox',
    id: 'terminal-reader',
    checked: store.get('terminal.reader', false),
    onchange: () => {
      store.set('terminal.reader', reader.checked);
      shells.forEach(({ shell }) => shell.setReader(reader.checked));
    },
  });
  const tools = h(
    'div',
    { class: 'bar shell-tools', role: 'toolbar', 'aria-label': 'Terminal' },
    button('A−', { compact: true, quiet: true, 'aria-label': 'Smaller text', onclick: () => resize(-1) }),
    button('A+', { compact: true, quiet: true, 'aria-label': 'Larger text', onclick: () => resize(1) }),
    button('Copy', {
      picture: 'copy',
      compact: true,
      quiet: true,
      title: 'Copy what is selected, or everything: Ctrl Shift C',
      onclick: () => current && copy(current.shell.text, 'Text'),
    }),
    button('Paste', {
      picture: 'clipboard-paste',
      compact: true,
      quiet: true,
      title: 'Paste: Ctrl Shift V',
      onclick: paste,
    }),
    leave,
  );
  const el = h(
    'section',
    { class: 'page fill' },
    h(
      'div',
      { class: 'bar head' },
      h('h1', {}, 'Terminal'),
      picker.el,
      status,
      h('span', { class: 'grow' }),
      filesLink,
      button('New terminal', { picture: 'plus', primary: true, onclick: () => openIn(picker.session) }),
    ),
    message,
    h('div', { class: 'shell-bar' }, strip, tools),
    place,
    h(
      'p',
      { class: 'check hint' },
      reader,
      h('label', { htmlFor: reader.id }, 'Read the terminal aloud (for screen readers)'),
    ),
  );

  const go = (id) => {
    location.hash = `#/terminal/${encodeURIComponent(id)}`;
  };

  // MARK: Opening

  async function openIn(session) {
    try {
      message.replaceChildren();
      await add(session ?? (await makeSession()), null);
    } catch (error) {
      message.replaceChildren(trouble('No terminal was opened', error, () => openIn(session)));
    }
  }

  async function makeSession() {
    const session = await create();
    await picker.fill(session.id);
    return session;
  }

  async function add(session, terminal) {
    const entry = { session, terminal, state: 'connecting', text: '', title: '', number: (count += 1) };
    entry.shell = await makeShell(session, terminal, {
      state: (state, text) => {
        Object.assign(entry, { state, text });
        draw();
      },
      attached: (id) => {
        entry.terminal = id;
        keep();
      },
      title: (title) => {
        entry.title = title;
        draw();
      },
      copied: () => toast('Text copied'),
      leave: () => leave.focus(),
    });
    if (!entry.shell) {
      drawMissing();
      return;
    }
    if (shells.length === 0) place.replaceChildren();
    shells.push(entry);
    place.append(entry.shell.el);
    show(entry);
    await entry.shell.open();
    entry.shell.focus();
  }

  /** The terminals that were open in this browser go on in the server: they are attached to again. */
  async function restore() {
    isRestored = true;
    for (const { session: id, terminal } of store.get('terminals', [])) {
      try {
        await add(await get(id), terminal);
      } catch (error) {
        if (error.code !== 'not_found') throw error;
      }
    }
    keep();
  }

  const keep = () =>
    store.set(
      'terminals',
      shells.filter(({ terminal }) => terminal).map(({ session, terminal }) => ({ session: session.id, terminal })),
    );

  // MARK: Showing

  function show(entry) {
    current = entry;
    for (const each of shells) each.shell.el.hidden = each !== entry;
    if (entry) history.replaceState(null, '', `#/terminal/${encodeURIComponent(entry.session.id)}`);
    draw();
    entry?.shell.focus();
  }

  async function close(entry) {
    if (entry.state === 'live') {
      const isSure = await confirmed(
        'End this terminal?',
        'Everything that runs in it is ended. The files and the session stay.',
        'End the terminal',
      );
      if (!isSure) return;
      try {
        await endTerminal(entry.session.id, entry.terminal);
      } catch (error) {
        if (error.code !== 'not_found') {
          message.replaceChildren(trouble('The terminal was not ended', error, () => close(entry)));
          return;
        }
      }
    }
    entry.shell.close();
    entry.shell.el.remove();
    shells.splice(shells.indexOf(entry), 1);
    keep();
    show(shells.at(-1) ?? null);
    if (shells.length === 0) drawEmpty();
  }

  function drawEmpty() {
    place.replaceChildren(
      empty(
        'square-terminal',
        'No terminal open',
        'A terminal is a real shell in a session’s sandbox. When you leave the page it waits a while for you to come back.',
        button('Open one', { picture: 'plus', primary: true, onclick: () => openIn(picker.session) }),
      ),
    );
    draw();
  }

  function drawMissing() {
    place.replaceChildren(
      empty(
        'square-terminal',
        'The terminal is not installed',
        'Run scripts/setup on the server: it fetches xterm.js. Commands work over the API meanwhile.',
      ),
    );
  }

  function draw() {
    tools.hidden = shells.length === 0;
    strip.replaceChildren(
      ...shells.map((entry) => {
        const title = `${entry.number}: ${entry.title || titleOf(entry.session)}`;
        const isCurrent = entry === current;
        return h(
          'span',
          { class: 'shell-tab', dataset: { current: String(isCurrent) } },
          h(
            'button',
            {
              type: 'button',
              class: 'btn quiet compact',
              'aria-pressed': String(isCurrent),
              title: titleOf(entry.session),
              onclick: () => show(entry),
            },
            h('span', { class: `dot ${looks[entry.state]?.[0]}` }),
            h('span', { class: 'shell-title' }, title),
          ),
          h(
            'button',
            { type: 'button', class: 'btn quiet compact', 'aria-label': `Close terminal ${title}`, onclick: () => close(entry) },
            icon('x'),
            h('span', { class: 'label fallback' }, 'Close'),
          ),
        );
      }),
    );
    const look = looks[current?.state];
    const text = current?.text ?? '';
    filesLink.hidden = !current;
    if (current) filesLink.href = `#/files/${encodeURIComponent(current.session.id)}`;
    // What is said is said once: the status is only written when it changes.
    if (status.dataset.text === text) return;
    status.dataset.text = text;
    status.replaceChildren(...(look && text ? [pill(...look, text)] : []));
  }

  function resize(by) {
    const size = Math.min(LARGEST, Math.max(SMALLEST, store.get('terminal.size', 13) + by));
    store.set('terminal.size', size);
    shells.forEach(({ shell }) => shell.setSize(size));
  }

  async function paste() {
    try {
      current?.shell.paste(await navigator.clipboard.readText());
    } catch {
      toast('The browser does not let the page read the clipboard: press Ctrl Shift V in the terminal.');
    }
  }

  drawEmpty();
  return {
    el,
    async show({ path: [id] }) {
      try {
        message.replaceChildren();
        const session = await picker.fill(id);
        if (id && !session) {
          message.replaceChildren(notice('warn', 'There is no such session', 'It has ended, or it is somebody else’s.'));
          return;
        }
        if (!isRestored) await restore();
        const there = shells.find((each) => each.session.id === id);
        if (id && current?.session.id === id) current.shell.focus();
        else if (there) show(there);
        else if (id) await openIn(session);
        else current?.shell.focus();
      } catch (error) {
        message.replaceChildren(trouble('The terminals are not known', error, () => this.show({ path: [id] })));
      }
    },
  };
}
