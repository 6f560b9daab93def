// The runs made in this browser, the newest first. The programs are kept here; results are the server's to keep.

import { ago, milliseconds } from '../format.js';
import { statusOf } from '../statuses.js';
import { store } from '../store.js';
import { button, confirmed, empty, h, pill } from '../ui.js';

const MOST = 40;
const LARGEST = 50_000;

export const runs = () => store.get('runs', []);

export function remember(run) {
  if (run.code.length > LARGEST) return;
  store.set('runs', [run, ...runs()].slice(0, MOST));
}

export function makeHistory({ open }) {
  const el = h('div', { class: 'history' });

  function draw() {
    const all = runs();
    if (all.length === 0) {
      el.replaceChildren(
        empty('history', 'No runs yet', 'Each run that you make in this browser is listed here, with its program.'),
      );
      return;
    }
    el.replaceChildren(
      h(
        'ul',
        { class: 'findings' },
        all.map((run) => {
          const { kind, picture, title } = statusOf(run.status);
          const first = run.code.split('\n').find((line) => line.trim()) ?? '';
          return h(
            'li',
            {},
            h(
              'div',
              {},
              h(
                'p',
                { class: 'bar small' },
                pill(kind, picture, title),
                h('strong', {}, run.language),
                h('span', { class: 'hint' }, `${milliseconds(run.wall)}, ${ago(run.time)}`),
                h('span', { class: 'grow' }),
                button('Open', {
                  compact: true,
                  'aria-label': `Open the ${run.language} program of ${ago(run.time)}`,
                  onclick: () => open(run),
                }),
              ),
              h('code', { class: 'first-line' }, first),
            ),
          );
        }),
      ),
      h(
        'div',
        { class: 'bar end pad' },
        button('Clear the list', { picture: 'trash-2', quiet: true, compact: true, onclick: clear }),
      ),
    );
  }

  async function clear() {
    if (
      !(await confirmed('Clear the list?', 'The programs in it are gone then; what is in the editor stays.', 'Clear'))
    )
      return;
    store.remove('runs');
    draw();
  }

  draw();
  return { el, draw };
}
