// The caller's sessions, as `/api/v1/sessions` has them.

import { events, json, send } from '../api.js';
import { select } from '../ui.js';
import { store } from '../store.js';

const path = (id, rest = '') => `/api/v1/sessions/${encodeURIComponent(id)}${rest}`;

export async function list() {
  return (await json('/api/v1/sessions?limit=100')).sessions.filter(({ state }) => state !== 'ended');
}

export const create = (name) => json('/api/v1/sessions', { method: 'POST', body: name ? { name } : {} });
export const change = (id, fields) => json(path(id), { method: 'PATCH', body: fields });
export const end = (id) => send(path(id), { method: 'DELETE' });
export const pathOf = path;
export const titleOf = ({ id, name }) => name || id;

/** What happens in a session, until `signal` is aborted: `{ name, data }`. */
export const changes = (id, signal) => events(path(id, '/events'), { signal });

/** A session to work in: the one that was used last, or the first, or a new one. */
export async function anySession() {
  const all = await list();
  return all.find(({ id }) => id === store.get('session')) ?? all[0] ?? create();
}

/** A choice among the sessions; `choose` is told the chosen one. */
export function makePicker(choose) {
  const { box } = select('Session', [], { hideLabel: true, onchange: () => pick(box.value) });
  let all = [];

  function pick(id) {
    const session = all.find((each) => each.id === id);
    if (!session) return;
    store.set('session', id);
    choose(session);
  }

  return {
    el: box,
    async fill(wanted) {
      all = await list();
      if (all.length === 0) all = [await create()];
      const session = all.find(({ id }) => id === (wanted ?? store.get('session'))) ?? all[0];
      box.replaceChildren(
        ...all.map((each) =>
          Object.assign(document.createElement('option'), { value: each.id, textContent: titleOf(each) }),
        ),
      );
      box.value = session.id;
      store.set('session', session.id);
      return session;
    },
  };
}
