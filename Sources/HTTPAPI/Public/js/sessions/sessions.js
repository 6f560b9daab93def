// The caller's sessions, as `/api/v1/sessions` has them.

import { events, json, send } from '../api.js';
import { store } from '../store.js';

export const pathOf = (id, rest = '') => `/api/v1/sessions/${encodeURIComponent(id)}${rest}`;

/** All of them, page by page. */
export async function list() {
  const all = [];
  let after = null;
  do {
    const query = after ? `?limit=100&after=${encodeURIComponent(after)}` : '?limit=100';
    const { sessions, next } = await json(`/api/v1/sessions${query}`);
    all.push(...sessions);
    after = next;
  } while (after);
  return all;
}

export const get = (id) => json(pathOf(id));
export const create = (fields = {}) => json('/api/v1/sessions', { method: 'POST', body: fields });
export const change = (id, fields) => json(pathOf(id), { method: 'PATCH', body: fields });
export const end = (id) => send(pathOf(id), { method: 'DELETE' });
/** The terminals that live in a session: `[{ id, viewers, … }]`. */
export const terminals = async (id) =>
  (await json(pathOf(id, '/terminals'))).terminals.filter(({ exit_code: code }) => code === null);
export const endTerminal = (id, terminal) =>
  send(pathOf(id, `/terminals/${encodeURIComponent(terminal)}`), { method: 'DELETE' });
/** Its name, or as much of its id as tells it from others. */
export const titleOf = ({ id, name }) => name || id.slice(0, 12);

/** What happens in a session, until `signal` is aborted: `{ name, data }`. */
export const changes = (id, signal) => events(pathOf(id, '/events'), { signal });

/** The session that was used last in this browser. */
export const lastSession = {
  get: () => store.get('session'),
  set: (id) => store.set('session', id),
};
