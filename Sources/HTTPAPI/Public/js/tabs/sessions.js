import { bytes, duration, plural } from '../format.js';
import { newSession } from '../sessions/new-session.js';
import { change, create, end, list, titleOf } from '../sessions/sessions.js';
import { can, policy } from '../api.js';
import { asked, button, confirmed, empty, h, icon, pill, trouble } from '../ui.js';

const states = {
  creating: ['run', 'loader-circle'],
  active: ['ok', 'circle-check'],
  hibernated: ['idle', 'moon'],
  ending: ['warn', 'clock'],
};
const cell = (label, ...content) => h('td', { role: 'cell', dataset: { label } }, content);
const of = (mebibytes) => h('span', { class: 'hint of' }, `of ${bytes(mebibytes * 1_048_576)}`);
const REFRESH = 5000;
/** By how many seconds a life is extended. */
const LONGER = 3600;

/** What is shown of a session: title, how it reads, and what it is sorted by. */
const columns = [
  { name: 'title', title: 'Session', key: (each) => titleOf(each).toLowerCase() },
  { name: 'state', title: 'State', key: ({ state }) => state },
  { name: 'age', title: 'Age', key: ({ created_at: born }) => -Date.parse(born) },
  { name: 'left', title: 'Time left', key: ({ expires_at: dies }) => Date.parse(dies) },
  { name: 'memory', title: 'Memory', key: ({ usage }) => usage?.memory_bytes ?? -1 },
  { name: 'cpu', title: 'Processor', key: ({ usage }) => usage?.cpu_ms ?? -1 },
  { name: 'disk', title: 'Files', key: ({ usage }) => usage?.disk_bytes ?? -1 },
];

export function make() {
  const place = h('div', { class: 'card scroll', tabIndex: 0, role: 'region', 'aria-label': 'Sessions' });
  const failed = h('div', {});
  const count = h('span', { class: 'hint', role: 'status' });
  const filter = h('input', {
    type: 'search',
    placeholder: 'Filter by name, id or state',
    'aria-label': 'Filter the sessions',
    oninput: draw,
  });
  const filterBar = h('div', { class: 'bar' }, filter);
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
    filterBar,
    failed,
    place,
  );
  let all = null;
  let timer = null;
  let order = { name: 'age', isDown: false };
  /** The view was asked for one of them: it is marked. */
  let wanted = null;

  async function add() {
    const fields = await newSession();
    if (fields) await act('The session was not made', () => create(fields));
  }

  async function act(what, work) {
    try {
      await work();
      await load();
    } catch (error) {
      await load();
      failed.replaceChildren(trouble(what, error));
    }
  }

  async function load() {
    clearTimeout(timer);
    try {
      all = await list();
      failed.replaceChildren();
      draw();
    } catch (error) {
      failed.replaceChildren(trouble(all ? 'These sessions may have changed since' : 'The sessions are not known', error, load));
      place.hidden = !all;
    }
    if (!el.hidden) timer = setTimeout(load, REFRESH);
  }

  function draw() {
    if (!all) return;
    place.hidden = false;
    filterBar.hidden = all.length === 0;
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
    const shown = ordered(filtered());
    place.replaceChildren(
      // On a phone rows become blocks: the roles say that it still is a table.
      h(
        'table',
        { class: 'sessions', role: 'table' },
        h(
          'thead',
          { role: 'rowgroup' },
          h('tr', { role: 'row' }, columns.map(heading), h('th', { scope: 'col', role: 'columnheader' }, 'Actions')),
        ),
        h('tbody', { role: 'rowgroup' }, shown.map(row)),
      ),
      ...(shown.length === 0 ? [h('p', { class: 'hint pad' }, 'None fits the filter.')] : []),
    );
    if (focused !== null) (place.querySelector(`[data-key="${CSS.escape(focused)}"]`) ?? place).focus();
  }

  function filtered() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    return all.filter((session) =>
      words.every((word) => `${session.id} ${session.name ?? ''} ${session.state}`.toLowerCase().includes(word)),
    );
  }

  function ordered(sessions) {
    const { key } = columns.find(({ name }) => name === order.name);
    const sign = order.isDown ? -1 : 1;
    return [...sessions].sort((a, b) => (key(a) < key(b) ? -sign : key(a) > key(b) ? sign : 0));
  }

  function heading({ name, title }) {
    const isIt = order.name === name;
    return h(
      'th',
      { scope: 'col', role: 'columnheader', 'aria-sort': isIt ? (order.isDown ? 'descending' : 'ascending') : null },
      h(
        'button',
        {
          type: 'button',
          class: 'sort',
          dataset: { key: `sort ${name}` },
          onclick: () => {
            order = { name, isDown: isIt && !order.isDown };
            draw();
          },
        },
        title,
        h('span', { 'aria-hidden': 'true' }, isIt ? (order.isDown ? ' ▾' : ' ▴') : ''),
      ),
    );
  }

  function row(session) {
    const { id, state, name, created_at: born, expires_at: dies, usage, limits } = session;
    const [kind, picture] = states[state] ?? ['warn', 'info'];
    const title = titleOf(session);
    const named = (text) => ({ compact: true, 'aria-label': `${text}: ${title}`, dataset: { key: `${text} ${id}` } });
    const link = (view, picture, text) =>
      h(
        'a',
        {
          class: 'btn compact',
          href: `#/${view}/${encodeURIComponent(id)}`,
          'aria-label': `${text}: ${title}`,
          dataset: { key: `${view} ${id}` },
        },
        icon(picture),
        text,
      );
    return h(
      'tr',
      { class: id === wanted ? 'wanted' : '', role: 'row' },
      h(
        'th',
        { scope: 'row', role: 'rowheader' },
        h('span', { class: 'row-title' }, title, session.default && h('span', { class: 'tag' }, 'default')),
        name && h('code', { class: 'hint' }, id.slice(0, 16)),
      ),
      cell('State', pill(kind, picture, state)),
      cell('Age', duration((Date.now() - Date.parse(born)) / 1000)),
      cell('Time left', duration((Date.parse(dies) - Date.now()) / 1000)),
      cell('Memory', bytes(usage?.memory_bytes), limits?.memory_mb && of(limits.memory_mb)),
      cell(
        'Processor',
        usage?.cpu_ms == null ? '–' : duration(usage.cpu_ms / 1000),
        usage?.processes > 0 && h('span', { class: 'hint of' }, plural(usage.processes, 'process', 'processes')),
      ),
      cell('Files', bytes(usage?.disk_bytes), limits?.disk_mb && of(limits.disk_mb)),
      h(
        'td',
        { role: 'cell' },
        h(
          'div',
          { class: 'bar small row-actions' },
          can('terminal') && link('terminal', 'square-terminal', 'Terminal'),
          can('files') && link('files', 'folder', 'Files'),
          h(
            'button',
            {
              type: 'button',
              class: 'btn compact icon-only',
              ...named('Rename'),
              compact: null,
              title: 'Rename',
              onclick: () => rename(session),
            },
            icon('pencil'),
            h('span', { class: 'label fallback' }, 'Rename'),
          ),
          button('Extend', {
            ...named('Extend by an hour'),
            title: 'From now on at least an hour longer',
            onclick: () => act('The session was not extended', () => extend(session)),
          }),
          button('End', { ...named('End'), danger: true, onclick: () => finish(session) }),
        ),
      ),
    );
  }

  /** A lifetime counts from now on: what is left and an hour, as far as the server allows. */
  async function extend({ id, expires_at: dies }) {
    const most = (await policy()).sessions?.lifetime.maximum ?? Infinity;
    const left = Math.max(0, Date.parse(dies) - Date.now()) / 1000;
    await change(id, { lifetime: Math.min(most, Math.round(left) + LONGER) });
  }

  async function rename(session) {
    const name = await asked('Rename the session', 'Name', { value: session.name ?? '', action: 'Rename' });
    if (name !== null) await act('The session was not renamed', () => change(session.id, { name }));
  }

  async function finish(session) {
    const isSure = await confirmed(
      `End “${titleOf(session)}”?`,
      'Its programs are ended and its files removed. This cannot be undone.',
      'End the session',
    );
    if (isSure) await act('The session was not ended', () => end(session.id));
  }

  place.replaceChildren(h('p', { class: 'hint pad' }, 'Asking the server …'));
  return {
    el,
    show({ path: [id] }) {
      wanted = id ?? null;
      load();
    },
    hide() {
      clearTimeout(timer);
    },
  };
}
