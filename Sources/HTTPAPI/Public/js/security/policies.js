// What a policy of the analysis refuses, in words made from what the server says of it.

import { h } from '../ui.js';
import { section } from './section.js';

const words = (name) => name.replaceAll('_', ' ');

/** The categories by the severity from which on they refuse: `high: file system, system command`. */
function bySeverity(categories) {
  const groups = new Map();
  for (const [category, severity] of Object.entries(categories))
    groups.set(severity, [...(groups.get(severity) ?? []), words(category)]);
  return [...groups];
}

function sentences({ blocks: { score, categories, likely, incomplete }, rules }) {
  const list = bySeverity(categories).map(
    ([severity, names]) => `Refuses findings of severity ${severity} or above about: ${names.join(', ')}.`,
  );
  if (score != null) list.push(`Refuses a program whose findings add up to a risk score of ${score} or more.`);
  if (list.length > 0)
    list.push(
      likely
        ? 'What is only likely counts as well.'
        : 'Only what is certain counts; what is merely likely is reported, and the program runs.',
    );
  if (incomplete) list.push('Refuses what the analysis could not read to its end.');
  const blocked = rules.filter(({ action }) => action === 'block').length;
  const spared = rules.filter(({ action }) => action && action !== 'block').length;
  if (blocked > 0) list.push(`${blocked} further ${blocked === 1 ? 'rule refuses' : 'rules refuse'} by name.`);
  if (spared > 0) list.push(`${spared} ${spared === 1 ? 'rule never refuses' : 'rules never refuse'} here.`);
  return list.length > 0 ? list : ['Refuses nothing: every finding is reported, and the program runs.'];
}

/** What a caller may choose between. */
export function drawPolicies({ policies, default_policy: standard }) {
  return section(
    'Policies of the analysis',
    'Which findings refuse a program before it runs. The walls hold under each of them.',
    h(
      'ul',
      { class: 'policies' },
      policies.map((policy) =>
        h(
          'li',
          {},
          h(
            'p',
            { class: 'bar small' },
            h('strong', {}, policy.name),
            policy.name === standard && h('span', { class: 'tag ok' }, 'when a request names none'),
          ),
          h('p', {}, policy.summary),
          h(
            'ul',
            { class: 'plain-list' },
            sentences(policy).map((text) => h('li', {}, text)),
          ),
          h(
            'details',
            {},
            h('summary', { class: 'hint' }, 'As the server has it'),
            h(
              'pre',
              { class: 'snippet', tabIndex: 0, role: 'region', 'aria-label': `Policy ${policy.name}` },
              JSON.stringify(policy, null, 2),
            ),
          ),
        ),
      ),
    ),
  );
}
