// Uploads under way, each with its progress and a way to end it.

import { bytes } from '../format.js';
import { button, h } from '../ui.js';
import { upload } from './remote.js';

/** How many go on at once. */
const AT_ONCE = 2;

export function makeUploads({ done }) {
  const el = h('ul', { class: 'uploads', 'aria-label': 'Uploads' });
  const waiting = [];
  let going = 0;

  function add(id, path, file) {
    const controller = new AbortController();
    const bar = h('progress', { max: Math.max(1, file.size), value: 0, 'aria-label': `Upload of ${file.name}` });
    const text = h('span', { class: 'hint' }, `waiting, ${bytes(file.size)}`);
    const cancel = button('Cancel', {
      compact: true,
      quiet: true,
      'aria-label': `Cancel the upload of ${file.name}`,
      onclick: () => controller.abort(),
    });
    const row = h('li', {}, h('strong', {}, file.name), bar, text, cancel);
    el.append(row);
    waiting.push({ id, path, file, controller, bar, text, cancel, row });
    next();
  }

  async function next() {
    if (going >= AT_ONCE || waiting.length === 0) return;
    const { id, path, file, controller, bar, text, cancel, row } = waiting.shift();
    going += 1;
    try {
      if (controller.signal.aborted) throw new DOMException('', 'AbortError');
      await upload(id, path, file, {
        signal: controller.signal,
        onprogress: (sent, total) => {
          bar.value = sent;
          text.textContent = `${bytes(sent)} of ${bytes(total)}`;
        },
      });
      row.remove();
    } catch (error) {
      const isOwn = error.name === 'AbortError';
      text.textContent = isOwn ? 'cancelled' : error.message;
      text.className = isOwn ? 'hint' : 'bad-text';
      bar.remove();
      cancel.replaceChildren('Dismiss');
      cancel.setAttribute('aria-label', `Dismiss the upload of ${file.name}`);
      cancel.onclick = () => row.remove();
    } finally {
      going -= 1;
      done();
      next();
    }
  }

  return { el, add };
}
