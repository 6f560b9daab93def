// A choice among the sessions, with the way to a new one.

import { h } from '../ui.js';
import { create, lastSession, list, titleOf } from './sessions.js';

const NEW = '+';

/** `choose(session)` is told what the reader picks; `failed(error)` when a new one cannot be made. */
export function makePicker({ choose, failed }) {
  const box = h('select', { 'aria-label': 'Session', disabled: true, onchange: pick });
  let all = [];
  let current = null;

  async function pick() {
    const value = box.value;
    if (value !== NEW) {
      put(all.find(({ id }) => id === value));
      choose(current);
      return;
    }
    box.value = current?.id ?? '';
    try {
      const made = await create();
      all = [made, ...all];
      draw();
      put(made);
      choose(made);
    } catch (error) {
      failed(error);
    }
  }

  function put(session) {
    current = session;
    box.value = session.id;
    lastSession.set(session.id);
  }

  function draw() {
    box.disabled = false;
    box.replaceChildren(
      ...all.map((each) => h('option', { value: each.id }, titleOf(each))),
      h('option', { value: NEW }, 'New session …'),
    );
  }

  return {
    el: box,
    get session() {
      return current;
    },
    /**
     * Reads the list and takes the wanted session, or the one that was used last, or the newest; null when there is none,
     * or when the wanted one is not there.
     */
    async fill(wanted) {
      all = (await list()).filter(({ state }) => state !== 'ending');
      draw();
      const session = all.find(({ id }) => id === (wanted ?? lastSession.get())) ?? (wanted ? null : all[0]);
      if (session) put(session);
      return session ?? null;
    },
  };
}
