import { policy } from '../api.js';
import { bytes, milliseconds, number } from '../format.js';
import { makeDenials } from '../security/denials.js';
import { drawIsolation } from '../security/layers.js';
import { drawPolicies } from '../security/policies.js';
import { makeRules } from '../security/rules.js';
import { section } from '../security/section.js';
import { makeWallTest } from '../security/wall-test.js';
import { h, trouble } from '../ui.js';

const mebibytes = (count) => bytes(count * 1_048_576);
const limitRows = [
  ['Real time', 'wall_ms', milliseconds],
  ['Processor time', 'cpu_ms', milliseconds],
  ['Memory', 'memory_mb', mebibytes],
  ['Processes and threads', 'processes', number],
  ['Output kept', 'output_bytes', bytes],
  ['Files', 'disk_mb', mebibytes],
  ['Open files', 'open_files', number],
];

export function make() {
  const layers = h('div', {}, h('p', { class: 'hint pad' }, 'Asking the server …'));
  const limits = h('div', { class: 'scroll', tabIndex: 0, role: 'region', 'aria-label': 'Limits' });
  const policies = h('div', {});
  const rules = makeRules();
  const denials = makeDenials();
  const walls = makeWallTest();
  const el = h(
    'section',
    { class: 'page' },
    h('h1', {}, 'Security'),
    section(
      'Walls in force',
      'Found at start by trying them on this machine. Static analysis is advice; these are what holds.',
      layers,
    ),
    walls.el,
    section(
      'Limits of a program',
      'What a run gets, and the most that a request may ask for. Nothing is ever unlimited.',
      limits,
    ),
    policies,
    rules.el,
    denials.el,
  );

  async function load() {
    try {
      const known = await policy();
      layers.replaceChildren(drawIsolation(known.isolation));
      drawLimits(known.limits);
      policies.replaceChildren(drawPolicies(known));
    } catch (error) {
      layers.replaceChildren(trouble('The policy is not known', error, load));
    }
  }

  function drawLimits({ default: usual, maximum, compile }) {
    limits.replaceChildren(
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['', 'Usual', 'At most', 'Compilers'].map((title) =>
              h(
                'th',
                { scope: 'col', class: title ? 'number' : '' },
                title || h('span', { class: 'visually-hidden' }, 'Limit'),
              ),
            ),
          ),
        ),
        h(
          'tbody',
          {},
          limitRows.map(([title, key, format]) =>
            h(
              'tr',
              {},
              h('th', { scope: 'row' }, title),
              [usual, maximum, compile].map((each) => h('td', { class: 'number' }, format(each[key]))),
            ),
          ),
        ),
      ),
    );
  }

  return {
    el,
    show() {
      load();
      rules.load();
      denials.load();
    },
  };
}
