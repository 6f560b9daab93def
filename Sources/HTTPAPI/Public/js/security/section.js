import { h } from '../ui.js';

/** A card with a heading and, if there is one, a sentence below it. */
export const section = (title, text, ...content) =>
  h(
    'section',
    { class: 'card part' },
    h('div', { class: 'part-head' }, h('h2', {}, title), text && h('p', { class: 'hint' }, text)),
    content,
  );
