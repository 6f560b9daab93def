// Questions that are asked often, each answered by a short program in a sandbox: what a program would find.

import { json } from '../api.js';
import { statusOf } from '../statuses.js';
import { milliseconds } from '../format.js';
import { button, h, pill } from '../ui.js';
import { makeOutput } from '../output.js';

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
      { class: 'part-head' },
      h('h2', {}, 'Quick actions'),
      h('p', { class: 'hint' }, 'Run inside a sandbox: they tell what a program sees, not what the host has.'),
    ),
    bar,
    answer,
  );

  async function load() {
    try {
      const actions = await json('/quick-actions.json');
      bar.replaceChildren(
        ...actions.map((action) =>
          button(action.title, { compact: true, picture: 'terminal', onclick: () => run(action) }),
        ),
      );
    } catch (error) {
      bar.replaceChildren(h('p', { class: 'hint' }, `They could not be loaded: ${error.message}`));
    }
  }

  async function run({ title, code, language = 'bash' }) {
    answer.hidden = false;
    output.clear();
    head.replaceChildren(h('strong', {}, title), pill('run', 'loader-circle', 'Running'));
    try {
      const result = await json('/execute', { method: 'POST', body: { code, language } });
      const { kind, picture, title: ended } = statusOf(result.status);
      head.replaceChildren(
        h('strong', {}, title),
        pill(kind, picture, ended),
        h('span', { class: 'hint' }, milliseconds(result.execution_time * 1000)),
      );
      output.write('stdout', result.output || result.error || 'It wrote nothing.');
    } catch (error) {
      head.replaceChildren(h('strong', {}, title), pill('bad', 'circle-x', 'Not run'));
      output.write('stderr', error.message);
    }
  }

  load();
  return { el };
}
