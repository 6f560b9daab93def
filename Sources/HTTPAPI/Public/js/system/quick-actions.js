// Questions that are asked often, each answered by a short program in a sandbox: what a program would find. The server
// brings the first ones (`/quick-actions.json`); a reader may make a list of their own, which this browser keeps.

import { json } from '../api.js';
import { statusOf } from '../statuses.js';
import { milliseconds } from '../format.js';
import { store } from '../store.js';
import { button, h, pill, trouble } from '../ui.js';
import { makeOutput } from '../output.js';
import { editActions } from './quick-action-editor.js';

export function makeQuickActions() {
  const bar = h('div', { class: 'bar pad' }, h('p', { class: 'hint' }, 'Loading …'));
  const output = makeOutput({ label: 'Answer' });
  const head = h('div', { class: 'bar pad small', role: 'status' });
  const answer = h('div', { class: 'answer', hidden: true }, head, output.el);
  const el = h(
    'section',
    { class: 'card part' },
    h(
      'div',
      { class: 'part-head bar' },
      h(
        'div',
        {},
        h('h2', {}, 'Quick actions'),
        h('p', { class: 'hint' }, 'Run inside a sandbox: they tell what a program sees, not what the host has.'),
      ),
      h('span', { class: 'grow' }),
      button('Edit', { picture: 'pencil', compact: true, 'aria-label': 'Edit the quick actions', onclick: edit }),
    ),
    bar,
    answer,
  );
  let shipped = [];
  let latest = 0;

  async function load() {
    try {
      shipped = await json('/quick-actions.json');
      draw();
    } catch (error) {
      bar.replaceChildren(trouble('The quick actions are not known', error, load));
    }
  }

  function draw() {
    const actions = store.get('quick-actions') ?? shipped;
    bar.replaceChildren(
      ...(actions.length === 0
        ? [h('p', { class: 'hint' }, 'There are none: “Edit” makes one.')]
        : actions.map((action) =>
            button(action.title, { compact: true, picture: 'terminal', onclick: () => run(action) }),
          )),
    );
  }

  async function edit() {
    const changed = await editActions(store.get('quick-actions') ?? shipped, shipped);
    if (!changed) return;
    if (changed === shipped) store.remove('quick-actions');
    else store.set('quick-actions', changed);
    draw();
  }

  async function run({ title, code, language = 'bash' }) {
    const mine = ++latest;
    answer.hidden = false;
    output.clear();
    head.replaceChildren(h('strong', {}, title), pill('run', 'loader-circle', 'Running'));
    try {
      const result = await json('/execute', { method: 'POST', body: { code, language } });
      if (mine !== latest) return;
      const { kind, picture, title: ended } = statusOf(result.status);
      head.replaceChildren(
        h('strong', {}, title),
        pill(kind, picture, ended),
        h('span', { class: 'hint' }, milliseconds(result.execution_time * 1000)),
        h('span', { class: 'grow' }),
        button('Close', { picture: 'x', quiet: true, compact: true, onclick: close }),
      );
      output.write('stdout', result.output || result.error || 'It wrote nothing.');
    } catch (error) {
      if (mine !== latest) return;
      head.replaceChildren(h('strong', {}, title), pill('bad', 'circle-x', 'Not run'));
      output.write('stderr', error.message);
    }
  }

  function close() {
    answer.hidden = true;
  }

  load();
  return { el };
}
