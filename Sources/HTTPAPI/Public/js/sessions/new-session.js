// The dialog that makes a session: a name, and how long it lives.

import { dialog, button, field, h, select } from '../ui.js';

const HOUR = 3600;
const lifetimes = [
  { value: '', label: 'As the server has it' },
  { value: String(HOUR), label: 'An hour' },
  { value: String(8 * HOUR), label: '8 hours' },
  { value: String(24 * HOUR), label: 'A day' },
];

/** Resolves to the fields of the request, or to null. */
export function newSession() {
  return new Promise((resolve) => {
    let answer = null;
    const name = h('input', { type: 'text', maxLength: 100, autocomplete: 'off', spellcheck: false });
    const lifetime = select('Ends after', lifetimes);
    const box = dialog(
      'New session',
      h(
        'form',
        {
          onsubmit: (event) => {
            event.preventDefault();
            answer = {
              ...(name.value.trim() && { name: name.value.trim() }),
              ...(lifetime.box.value && { lifetime: Number(lifetime.box.value) }),
            };
            box.close();
          },
        },
        field('Name', name, 'For people only; it can be changed later.'),
        lifetime.field,
        h(
          'div',
          { class: 'bar end' },
          button('Cancel', { onclick: () => box.close() }),
          h('button', { class: 'btn primary' }, 'Create'),
        ),
      ),
      { onclose: () => resolve(answer) },
    );
    name.focus();
  });
}
