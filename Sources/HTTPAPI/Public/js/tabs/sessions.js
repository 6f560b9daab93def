import { can } from '../api.js';
import { ago, bytes, duration, plural } from '../format.js';
import { change, create, end, list, titleOf } from '../sessions/sessions.js';
import { asked, button, confirmed, empty, h, icon, notice, pill, toast } from '../ui.js';

const states = {
  creating: ['run', 'loader-circle'],
  active: ['ok', 'circle-check'],
  hibernated: ['idle', 'moon'],
  ending: ['warn', 'clock'],
  ended: ['warn', 'circle-stop'],
};
const REFRESH = 5000;
/** By how many seconds a life is extended. */
const LONGER = 3600;

export function make() {
  const place = h('div', { class: 'card scroll', tabIndex: 0, role: 'region', 'aria-label': 'Sessions' });
  const count = h('span', { class: 'hint', role: 'status' });
  const filter = h('input', {
    type: 'search',
    placeholder: 'Filter by name, id or state',
    'aria-label': 'Filter the sessions',
    oninput: draw,
  });
  const el = h(
    'section',
    { class: 'page' },
    h(
      'div',
      { class: 'bar head' },
      h('h1', {}, 'Sessions'),
      count,
      h('span', { class: 'grow' }),
      button('New session', { picture: 'plus', primary: true, onclick: add }),
    ),
    h('div', { class: 'bar' }, filter),
    place,
  );
  let all = null;
  let timer = null;

  async function add() {
    const name = await asked('New session', 'Name', {
      action: 'Create',
      hint: 'For people only; it can be changed later.',
    });
    if (name === null) return;
    await act(() => create(name));
  }

  async function act(work) {
    try {
      await work();
    } catch (error) {
      toast(error.message);
    }
    await load();
  }

  async function load() {
    clearTimeout(timer);
    try {
      all = await list();
      draw();
    } catch (error) {
      all = null;
      place.replaceChildren(
        notice(
          'bad',
          'The sessions are not known',
          error.message,
          button('Try again', { picture: 'refresh-cw', onclick: load }),
        ),
      );
    }
    if (!el.hidden) timer = setTimeout(load, REFRESH);
  }

  function draw() {
    if (!all) return;
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = all.filter((session) =>
      words.every((word) => `${session.id} ${session.name ?? ''} ${session.state}`.toLowerCase().includes(word)),
    );
    count.textContent = plural(all.length, 'session');
    if (all.length === 0) {
      place.replaceChildren(
        empty(
          'history',
          'No session yet',
          'A session is a sandbox that lasts: its files, directory and variables stay from one command to the next.',
          button('Start one', { picture: 'plus', primary: true, onclick: add }),
        ),
      );
      return;
    }
    // A refresh must not take the focus from the button that somebody is about to press.
    const focused = place.contains(document.activeElement) ? (document.activeElement.dataset.key ?? '') : null;
    place.replaceChildren(
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['Session', 'State', 'Age', 'Time left', 'Memory', 'Disk', 'Actions'].map((title) =>
              h('th', { scope: 'col' }, title),
            ),
          ),
        ),
        h('tbody', {}, shown.map(row)),
      ),
    );
    if (focused !== null) (place.querySelector(`[data-key="${CSS.escape(focused)}"]`) ?? place).focus();
  }

  function row(session) {
    const { id, state, created_at: born, expires_at: dies, usage = {} } = session;
    const [kind, picture] = states[state] ?? ['warn', 'info'];
    const title = titleOf(session);
    const named = (text) => ({ compact: true, 'aria-label': `${text}: ${title}`, dataset: { key: `${text} ${id}` } });
    return h(
      'tr',
      {},
      h(
        'th',
        { scope: 'row' },
        h('span', { class: 'row-title' }, title),
        session.name && h('code', { class: 'hint' }, id),
      ),
      h('td', {}, pill(kind, picture, state)),
      h('td', {}, born ? ago(Date.parse(born)).replace(' ago', '') : '–'),
      h('td', {}, dies ? duration((Date.parse(dies) - Date.now()) / 1000) : '–'),
      h('td', {}, bytes(usage.memory_bytes ?? usage.peak_memory_bytes)),
      h('td', {}, bytes(usage.disk_bytes)),
      h(
        'td',
        {},
        h(
          'div',
          { class: 'bar small' },
          can('terminal') &&
            h(
              'a',
              {
                class: 'btn compact',
                href: `#/terminal/${encodeURIComponent(id)}`,
                'aria-label': `Terminal: ${title}`,
              },
              icon('square-terminal'),
              'Terminal',
            ),
          can('files') &&
            h(
              'a',
              { class: 'btn compact', href: `#/files/${encodeURIComponent(id)}`, 'aria-label': `Files: ${title}` },
              icon('folder'),
              'Files',
            ),
          button('Rename', { ...named('Rename'), onclick: () => rename(session) }),
          button('Extend', {
            ...named('Extend by an hour'),
            onclick: () => act(() => change(id, { lifetime: lifetimeOf(session) + LONGER })),
          }),
          button('End', { ...named('End'), danger: true, onclick: () => finish(session) }),
        ),
      ),
    );
  }

  const lifetimeOf = ({ lifetime, created_at: born, expires_at: dies }) =>
    lifetime ?? Math.round((Date.parse(dies) - Date.parse(born)) / 1000);

  async function rename(session) {
    const name = await asked('Rename the session', 'Name', { value: session.name ?? '', action: 'Rename' });
    if (name !== null) await act(() => change(session.id, { name }));
  }

  async function finish(session) {
    if (
      !(await confirmed(
        `End “${titleOf(session)}”?`,
        'Its programs are ended and its files removed. This cannot be undone.',
        'End the session',
      ))
    )
      return;
    await act(() => end(session.id));
  }

  place.replaceChildren(h('p', { class: 'hint pad' }, 'Asking the server …'));
  return {
    el,
    show() {
      load();
    },
    hide() {
      clearTimeout(timer);
    },
  };
}
