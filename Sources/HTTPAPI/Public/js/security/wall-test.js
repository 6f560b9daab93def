// "Test the walls": runs the tries of walls.js one after the other, and shows what stopped each.

import { json, languages, policy } from '../api.js';
import { plural, sentence } from '../format.js';
import { button, h, pill } from '../ui.js';
import { section } from './section.js';
import { judge, requestFor, tries } from './walls.js';

const looks = {
  held: ['ok', 'shield-check', 'Held'],
  refused: ['info', 'shield-check', 'Refused unrun'],
  undecided: ['warn', 'triangle-alert', 'Not decided'],
  broken: ['bad', 'shield-alert', 'Not held'],
};

export function makeWallTest() {
  const list = h('ul', { class: 'tries' });
  const verdict = h(
    'p',
    { role: 'status', class: 'hint' },
    `${tries.length} tries, each a real program in a real sandbox. Harmless, and over in seconds.`,
  );
  const start = button('Test the walls', { picture: 'zap', primary: true, onclick: run });
  let isRunning = false;

  async function run() {
    if (isRunning) return;
    isRunning = true;
    start.disabled = true;
    verdict.className = 'hint';
    const rows = tries.map((each) => row(each));
    list.replaceChildren(...rows.map(({ el }) => el));
    const counts = { held: 0, refused: 0, undecided: 0, broken: 0 };
    try {
      const [known, { policies }] = await Promise.all([languages(), policy()]);
      if (!known.some(({ name, available }) => name === 'bash' && available))
        throw new Error('The tries are Bash programs, and this server has no Bash.');
      // With the least strict policy that the server allows, the tries reach the kernel's walls.
      const policyName = ['permissive', 'standard'].find((name) => policies.some((each) => each.name === name));
      for (const [index, each] of tries.entries()) {
        verdict.textContent = `Trying ${index + 1} of ${tries.length} …`;
        rows[index].begin();
        const outcome = judge(each, await json('/execute', { method: 'POST', body: requestFor(each, policyName) }));
        rows[index].end(outcome);
        counts[outcome.verdict] += 1;
      }
      tell(counts);
    } catch (error) {
      verdict.textContent = `The test was not finished. ${error.message}`;
      verdict.className = 'bad-text strong';
    } finally {
      isRunning = false;
      start.disabled = false;
    }
  }

  function tell({ held, refused, undecided, broken }) {
    const parts = [
      broken > 0 && `${plural(broken, 'wall')} did not hold`,
      undecided > 0 && `${plural(undecided, 'try', 'tries')} could not be decided`,
      refused > 0 && `the analysis refused ${plural(refused, 'try', 'tries')} before running`,
      held > 0 && `${broken + undecided + refused === 0 ? 'all ' : ''}${plural(held, 'wall')} held`,
    ].filter(Boolean);
    verdict.textContent = sentence(parts.join('; '));
    verdict.className = `${broken > 0 ? 'bad' : undecided > 0 ? 'warn' : 'ok'}-text strong`;
  }

  return { el: section('Test the walls', null, h('div', { class: 'bar pad' }, start, verdict), list) };
}

function row({ title }) {
  const mark = h('span', { class: 'try-mark' }, pill('idle', 'clock', 'Waiting'));
  const evidence = h('div', {});
  return {
    el: h('li', {}, h('div', { class: 'try-head' }, h('strong', {}, title), mark), evidence),
    begin() {
      mark.replaceChildren(pill('run', 'loader-circle', 'Trying'));
    },
    end({ verdict, by, evidence: text }) {
      mark.replaceChildren(pill(...looks[verdict]));
      evidence.replaceChildren(
        h('p', { class: 'hint' }, sentence(by)),
        ...(text ? [h('pre', { class: 'snippet' }, text)] : []),
      );
    },
  };
}
