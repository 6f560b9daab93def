// The rules of the analysis: a list to search, and for each rule a program that it finds and one that it lets pass.

import { rules } from '../api.js';
import { plural, sentence } from '../format.js';
import { severityOf } from '../statuses.js';
import { h, trouble } from '../ui.js';
import { section } from './section.js';

/** Rows that are drawn at once; a narrower search shows the rest. */
const SHOWN = 300;

export function makeRules() {
  const body = h('tbody', {});
  const count = h('span', { class: 'hint', role: 'status' });
  const failed = h('div', {});
  const search = h('input', {
    type: 'search',
    placeholder: 'Filter: system_command python, CWE-78, eval …',
    'aria-label': 'Filter the rules',
    oninput: draw,
  });
  /** `[rule, its words]`: of hundreds of rules the words are put together once. */
  let all = [];

  async function load() {
    try {
      all = (await rules()).map((rule) => [rule, textOf(rule)]);
      failed.replaceChildren();
      draw();
    } catch (error) {
      failed.replaceChildren(trouble('The rules are not known', error, load));
    }
  }

  function draw() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = all.filter(([, text]) => words.every((word) => text.includes(word)));
    count.textContent =
      plural(found.length, 'rule') + (found.length > SHOWN ? `, of which the first ${SHOWN} are shown` : '');
    body.replaceChildren(...found.slice(0, SHOWN).map(([rule]) => row(rule)));
  }

  return {
    load,
    el: section(
      'Rules of the analysis',
      'What the analysis looks for before a program runs. Names are followed through imports, aliases and tricks, not matched as text.',
      h('div', { class: 'bar pad' }, search, count),
      failed,
      h(
        'div',
        { class: 'scroll tall', tabIndex: 0, role: 'region', 'aria-label': 'Rules' },
        h(
          'table',
          { class: 'rules' },
          h(
            'thead',
            {},
            h(
              'tr',
              {},
              ['Rule', 'Language', 'Severity', 'What it finds'].map((title) => h('th', { scope: 'col' }, title)),
            ),
          ),
          body,
        ),
      ),
    ),
  };
}

const textOf = ({ rule_id: id, title, category, severity, cwe, languages, recommendation, examples }) =>
  [id, title, category, category.replaceAll('_', ' '), severity, cwe, ...languages, recommendation]
    .concat(examples.found.map(({ code }) => code))
    .join('\n')
    .toLowerCase();

function row(rule) {
  const { kind } = severityOf(rule.severity);
  return h(
    'tr',
    {},
    h('td', {}, h('code', {}, rule.rule_id)),
    h('td', {}, rule.languages.join(', ')),
    h('td', {}, h('span', { class: `tag ${kind}` }, rule.severity)),
    h(
      'td',
      {},
      h('p', {}, rule.title),
      h(
        'p',
        { class: 'bar small' },
        h('span', { class: 'tag' }, rule.category.replaceAll('_', ' ')),
        h('span', { class: 'tag' }, rule.cwe),
      ),
      explanation(rule),
    ),
  );
}

/** Made when it is opened: hundreds of programs are not put on the page to be closed. */
function explanation({ rule_id: id, recommendation, examples }) {
  const body = h('div', {});
  const el = h(
    'details',
    {
      ontoggle: () => {
        if (!el.open || body.firstChild) return;
        body.append(
          h('p', { class: 'hint' }, sentence(recommendation)),
          ...example('Finds', examples.found[0]),
          ...example('Lets pass', examples.not_found[0]),
        );
      },
    },
    h('summary', { class: 'hint' }, 'Example', h('span', { class: 'visually-hidden' }, ` of ${id}`)),
    body,
  );
  return el;
}

const example = (title, found) =>
  found
    ? [
        h('p', { class: 'hint' }, h('strong', {}, title), ` (${found.language})`),
        h('pre', { class: 'snippet', tabIndex: 0, role: 'region', 'aria-label': title }, found.code),
      ]
    : [];
