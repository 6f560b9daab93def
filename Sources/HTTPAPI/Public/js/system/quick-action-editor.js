// A dialog in which the quick actions are named, written, added and taken away.

import { button, dialog, field, h } from '../ui.js';

/** Resolves to the changed list, to `shipped` itself when that is wanted again, or to null. */
export function editActions(actions, shipped) {
  return new Promise((resolve) => {
    let answer = null;
    const rows = [];
    const list = h('ol', { class: 'action-list' });

    function add({ title = '', language = 'bash', code = '' } = {}) {
      const row = {
        title: h('input', { type: 'text', required: true, maxLength: 60, value: title }),
        language: h('input', { type: 'text', required: true, maxLength: 40, value: language, spellcheck: false }),
        code: h('textarea', { class: 'code', required: true, rows: 2, value: code, spellcheck: false }),
      };
      row.el = h(
        'li',
        {},
        h(
          'div',
          { class: 'action-head' },
          field('Title', row.title),
          field('Language', row.language),
          button('Remove', {
            picture: 'trash-2',
            quiet: true,
            compact: true,
            'aria-label': `Remove ${title || 'this action'}`,
            onclick: () => {
              rows.splice(rows.indexOf(row), 1);
              row.el.remove();
            },
          }),
        ),
        field('Program', row.code),
      );
      rows.push(row);
      list.append(row.el);
      return row;
    }

    actions.forEach(add);
    const box = dialog(
      'Quick actions',
      h(
        'form',
        {
          onsubmit: (event) => {
            event.preventDefault();
            answer = rows.map(({ title, language, code }) => ({
              title: title.value.trim(),
              language: language.value.trim(),
              code: code.value,
            }));
            box.close();
          },
        },
        h('p', { class: 'hint' }, 'Kept in this browser.'),
        list,
        h(
          'div',
          { class: 'bar end' },
          button('Add', { picture: 'plus', onclick: () => add().title.focus() }),
          button('Those of the server', {
            onclick: () => {
              answer = shipped;
              box.close();
            },
          }),
          h('button', { class: 'btn primary' }, 'Save'),
        ),
      ),
      { wide: true, onclose: () => resolve(answer) },
    );
  });
}
