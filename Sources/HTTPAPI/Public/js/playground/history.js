// The caller's runs, the newest first: the server tells which there were and how they ended, this browser keeps the
// programs that were run from it.

import { json } from '../api.js';
import { ago, milliseconds } from '../format.js';
import { statusOf } from '../statuses.js';
import { store } from '../store.js';
import { button, confirmed, empty, h, pill, trouble } from '../ui.js';

/** Programs that are kept, and the longest of them. */
const MOST = 40;
const LARGEST = 50_000;
/** Runs that are asked for. */
const PAGE = 50;

const kept = () => store.get('runs', []);

export function remember(run) {
  if (run.code.length > LARGEST) return;
  store.set('runs', [run, ...kept()].slice(0, MOST));
}

/** `[{ id, time, language, status, wall, code, stdin, args }]`; without `code` where this browser does not have it. */
function merge(told) {
  const local = new Map(kept().map((run) => [run.id, run]));
  const all = told.map(({ execution_id: id, language, status, accepted_at: time, wall_ms: wall }) => {
    const run = { ...local.get(id), id, language, status, wall, time: Date.parse(time), isKnown: true };
    local.delete(id);
    return run;
  });
  return [...all, ...local.values()].sort((a, b) => b.time - a.time);
}

/** `open` is told a run whose program is here, `show` any that the server still has. */
export function makeHistory({ open, show }) {
  const el = h('div', { class: 'history' });
  let told = [];
  let failure = null;

  async function load() {
    draw();
    try {
      told = (await json(`/api/v1/runs?limit=${PAGE}`)).runs;
      failure = null;
    } catch (error) {
      failure = error;
    }
    draw();
  }

  function draw() {
    const all = merge(told);
    if (all.length === 0 && !failure) {
      el.replaceChildren(empty('history', 'No runs yet', 'Your runs are listed here, with their programs.'));
      return;
    }
    el.replaceChildren(
      ...(failure ? [trouble('The server’s list of your runs is missing', failure, load)] : []),
      h('ul', { class: 'findings' }, all.map(row)),
      h(
        'div',
        { class: 'bar end pad' },
        button('Forget the programs', { picture: 'trash-2', quiet: true, compact: true, onclick: clear }),
      ),
    );
  }

  function row(run) {
    const { kind, picture, title } = statusOf(run.status);
    const first = run.code?.split('\n').find((line) => line.trim());
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
          h('span', { class: 'hint' }, [run.wall != null && milliseconds(run.wall), ago(run.time)].filter(Boolean).join(', ')),
          h('span', { class: 'grow' }),
          run.status === 'running' &&
            button('Stop', { compact: true, danger: true, 'aria-label': `Stop ${run.id}`, onclick: () => stop(run) }),
          run.code
            ? button('Open', {
                compact: true,
                'aria-label': `Open the ${run.language} program of ${ago(run.time)}`,
                onclick: () => open(run),
              })
            : button('Result', {
                compact: true,
                'aria-label': `Show the result of the ${run.language} program of ${ago(run.time)}`,
                onclick: () => show(run),
              }),
        ),
        first
          ? h('code', { class: 'first-line' }, first)
          : h('span', { class: 'hint' }, 'The program is not kept in this browser.'),
      ),
    );
  }

  async function stop({ id }) {
    try {
      await json(`/api/v1/runs/${id}`, { method: 'DELETE' });
    } catch (error) {
      if (error.code !== 'not_found') failure = error;
    }
    load();
  }

  async function clear() {
    if (
      !(await confirmed(
        'Forget the programs?',
        'This browser forgets the programs of the list; what is in the editor stays. The server keeps no programs.',
        'Forget',
      ))
    )
      return;
    store.remove('runs');
    load();
  }

  draw();
  return { el, load };
}
