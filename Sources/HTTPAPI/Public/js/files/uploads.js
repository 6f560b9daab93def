// Uploads under way, each with its progress and a way to end it.

import { bytes } from '../format.js';
import { button, h } from '../ui.js';
import { upload } from './remote.js';

/** How many go on at once. */
const AT_ONCE = 2;

/** `done()` is told after each, whatever came of it. */
export function makeUploads({ done }) {
  const el = h('ul', { class: 'uploads', 'aria-label': 'Uploads' });
  const waiting = [];
  let going = 0;

  function add(id, path, file) {
    const state = { id, path, file, replaces: false };
    state.row = h('li', {});
    el.append(state.row);
    enqueue(state);
  }

  function enqueue(state) {
    const { file, row } = state;
    state.controller = new AbortController();
    state.bar = h('progress', { max: Math.max(1, file.size), value: 0, 'aria-label': `Upload of ${file.name}` });
    state.text = h('span', { class: 'hint' }, `waiting, ${bytes(file.size)}`);
    row.replaceChildren(
      h('strong', {}, file.name),
      state.bar,
      state.text,
      button('Cancel', {
        compact: true,
        quiet: true,
        'aria-label': `Cancel the upload of ${file.name}`,
        onclick: () => state.controller.abort(),
      }),
    );
    waiting.push(state);
    next();
  }

  async function next() {
    if (going >= AT_ONCE || waiting.length === 0) return;
    const state = waiting.shift();
    const { id, path, file, controller, bar, text, row } = state;
    going += 1;
    try {
      controller.signal.throwIfAborted();
      await upload(id, path, file, {
        replaces: state.replaces,
        signal: controller.signal,
        onprogress: (sent, total) => {
          bar.value = sent;
          text.textContent = sent < total ? `${bytes(sent)} of ${bytes(total)}` : 'being stored';
        },
      });
      row.remove();
    } catch (error) {
      ended(state, error);
    } finally {
      going -= 1;
      done();
      next();
    }
  }

  function ended(state, error) {
    const { file, row } = state;
    const again = (label, replaces) =>
      button(label, {
        compact: true,
        'aria-label': `${label}: ${file.name}`,
        onclick: () => enqueue(Object.assign(state, { replaces })),
      });
    const isOwn = error.name === 'AbortError';
    const isThere = error.status === 412;
    row.replaceChildren(
      h('strong', {}, file.name),
      h(
        'span',
        { class: isOwn ? 'hint' : isThere ? 'warn-text' : 'bad-text', role: 'status' },
        isOwn ? 'cancelled' : isThere ? 'there is a file of this name' : error.message,
      ),
      isThere ? again('Replace', true) : again('Try again', state.replaces),
      button('Dismiss', {
        compact: true,
        quiet: true,
        'aria-label': `Dismiss the upload of ${file.name}`,
        onclick: () => row.remove(),
      }),
    );
  }

  return { el, add };
}
