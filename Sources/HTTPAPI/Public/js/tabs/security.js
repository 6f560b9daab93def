import { json, languages, policy } from '../api.js';
import { bytes, milliseconds, number, plural, sentence } from '../format.js';
import { isMissing, layerInWords, levelInWords } from '../security/layers.js';
import { judge, requestFor, tries } from '../security/walls.js';
import { isLimit, severityOf, statusOf } from '../statuses.js';
import { button, empty, h, icon, notice, pill } from '../ui.js';

const section = (title, text, ...content) =>
  h(
    'section',
    { class: 'card part' },
    h('div', { class: 'part-head' }, h('h2', {}, title), text && h('p', { class: 'hint' }, text)),
    content,
  );

export function make() {
  const layers = h('div', {}, h('p', { class: 'hint pad' }, 'Asking the server …'));
  const limits = h('div', { class: 'scroll', tabIndex: 0, role: 'region', 'aria-label': 'Limits' });
  const policies = h('div', {});
  const rules = h('div', {});
  const denials = h('div', {});
  const walls = makeWalls();
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
    rules,
    section('Recent refusals and limits', 'Among the last runs of this server that are yours.', denials),
  );

  async function load() {
    try {
      const known = await policy();
      drawLayers(known.isolation);
      drawLimits(known.limits);
      policies.replaceChildren(...(known.policies?.length > 0 ? [drawPolicies(known)] : []));
      rules.replaceChildren(...(known.rules?.length > 0 ? [drawRules(known.rules)] : []));
      walls.use(known.policies);
    } catch (error) {
      layers.replaceChildren(
        notice(
          'bad',
          'The policy is not known',
          error.message,
          button('Try again', { picture: 'refresh-cw', onclick: load }),
        ),
      );
    }
  }

  function drawLayers({ level, layers: states }) {
    const missing = Object.entries(states).filter(([, state]) => isMissing(state));
    layers.replaceChildren(
      h(
        'div',
        { class: 'level' },
        pill(
          level === 'none' ? 'bad' : level === 'namespaces' ? 'ok' : 'warn',
          level === 'none' ? 'shield-alert' : 'shield-check',
          `Level: ${level}`,
        ),
        h('p', {}, levelInWords(level)),
      ),
      missing.length > 0
        ? notice('warn', 'Not enforced here', missing.map(([name]) => layerInWords(name)[0]).join(', '))
        : '',
      h(
        'ul',
        { class: 'layers' },
        Object.entries(states).map(([name, state]) => {
          const [title, text] = layerInWords(name);
          const bad = isMissing(state);
          return h(
            'li',
            {},
            h('span', { class: bad ? 'bad-text' : 'ok-text' }, icon(bad ? 'circle-x' : 'shield-check')),
            h(
              'div',
              {},
              h('p', {}, h('strong', {}, title)),
              h('p', { class: 'hint' }, text),
              h('p', {}, h('code', { class: `tag ${bad ? 'bad' : 'ok'}` }, `${name}: ${state.replaceAll(',', ', ')}`)),
            ),
          );
        }),
      ),
    );
  }

  function drawLimits({ default: usual, maximum, compile }) {
    const rows = [
      ['Real time', 'wall_ms', milliseconds],
      ['Processor time', 'cpu_ms', milliseconds],
      ['Memory', 'memory_mb', (mb) => bytes(mb * 1048576)],
      ['Processes and threads', 'processes', number],
      ['Output kept', 'output_bytes', bytes],
      ['Files', 'disk_mb', (mb) => bytes(mb * 1048576)],
      ['Open files', 'open_files', number],
    ];
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
          rows.map(([title, key, format]) =>
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

  async function loadDenials() {
    try {
      const { runs } = await json('/api/v1/runs?limit=100');
      const refused = runs.filter(({ status }) => status === 'blocked' || isLimit(status)).slice(0, 20);
      denials.replaceChildren(
        refused.length === 0
          ? empty('shield-check', 'None', 'No run among the last hundred was refused or reached a limit.')
          : h(
              'ul',
              { class: 'findings' },
              refused.map(({ execution_id: id, language, status }) => {
                const { kind, picture, title } = statusOf(status);
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
                      h('strong', {}, language),
                      h('code', { class: 'hint' }, id),
                    ),
                  ),
                );
              }),
            ),
      );
    } catch (error) {
      denials.replaceChildren(notice('bad', 'The runs are not known', error.message));
    }
  }

  return {
    el,
    show() {
      load();
      loadDenials();
    },
  };
}

function makeWalls() {
  const list = h('ul', { class: 'tries' });
  const verdict = h(
    'p',
    { role: 'status', class: 'hint' },
    `${tries.length} tries, each a real program in a real sandbox. Harmless, and over in seconds.`,
  );
  const start = button('Test the walls', { picture: 'zap', primary: true, onclick: run });
  let policyName = null;
  let isRunning = false;

  async function run() {
    if (isRunning) return;
    isRunning = true;
    start.disabled = true;
    const rows = tries.map((each) => row(each));
    list.replaceChildren(...rows.map(({ el }) => el));
    let held = 0;
    let failed = 0;
    try {
      const known = await languages();
      if (!known.some(({ name, available }) => name === 'bash' && available))
        throw new Error('The tries are Bash programs, and this server has no Bash.');
      for (const [index, each] of tries.entries()) {
        verdict.textContent = `Trying ${index + 1} of ${tries.length} …`;
        rows[index].begin();
        const outcome = judge(each, await json('/execute', { method: 'POST', body: requestFor(each, policyName) }));
        rows[index].end(outcome);
        if (outcome.held) held += 1;
        else failed += 1;
      }
      verdict.textContent =
        failed === 0
          ? `All ${plural(held, 'wall')} held.`
          : `${plural(failed, 'try', 'tries')} did not end as it should: read below.`;
      verdict.className = failed === 0 ? 'ok-text strong' : 'bad-text strong';
    } catch (error) {
      verdict.textContent = `The test was not finished. ${error.message}`;
      verdict.className = 'bad-text strong';
    } finally {
      isRunning = false;
      start.disabled = false;
    }
  }

  function row(each) {
    const mark = h('span', { class: 'try-mark' }, pill('idle', 'clock', 'Waiting'));
    const evidence = h('div', {});
    return {
      el: h('li', {}, h('div', { class: 'try-head' }, h('strong', {}, each.title), mark), evidence),
      begin() {
        mark.replaceChildren(pill('run', 'loader-circle', 'Trying'));
      },
      end({ held, by, evidence: text }) {
        mark.replaceChildren(
          held
            ? pill('ok', 'shield-check', 'Held')
            : held === null
              ? pill('warn', 'triangle-alert', 'Not decided')
              : pill('bad', 'shield-alert', 'Not held'),
        );
        evidence.replaceChildren(
          h('p', { class: 'hint' }, sentence(by)),
          text ? h('pre', { class: 'snippet' }, text) : '',
        );
      },
    };
  }

  return {
    el: section('Test the walls', null, h('div', { class: 'bar pad' }, start, verdict), list),
    /** With the least strict policy that the server allows, the tries reach the kernel's walls. */
    use(policies = []) {
      policyName = ['permissive', 'standard'].find((name) => policies.some((each) => each.name === name)) ?? null;
    },
  };
}

/** What a caller may choose between, in the policies' own words. */
function drawPolicies({ policies, default_policy: standard }) {
  return section(
    'Policies of the analysis',
    'Which findings refuse a program before it runs. The walls hold under each of them.',
    h(
      'ul',
      { class: 'findings' },
      policies.map(({ name, summary }) =>
        h(
          'li',
          {},
          h(
            'div',
            {},
            h(
              'p',
              { class: 'bar small' },
              h('strong', {}, name),
              name === standard && h('span', { class: 'tag' }, 'usual'),
            ),
            h('p', { class: 'hint' }, summary),
          ),
        ),
      ),
    ),
  );
}

/** The rules of the analysis, searchable. */
function drawRules(all) {
  const body = h('tbody', {});
  const count = h('span', { class: 'hint', role: 'status' });
  const search = h('input', {
    type: 'search',
    placeholder: 'Filter: system_command python, CWE-78 …',
    'aria-label': 'Filter the rules',
    oninput: draw,
  });

  function draw() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = all.filter((rule) => {
      const text = JSON.stringify(rule).toLowerCase();
      return words.every((word) => text.includes(word));
    });
    count.textContent = plural(shown.length, 'rule');
    body.replaceChildren(
      ...shown.slice(0, 300).map((rule) => {
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
            rule.title,
            h(
              'p',
              { class: 'bar small' },
              h('span', { class: 'tag' }, rule.category.replaceAll('_', ' ')),
              h('span', { class: 'tag' }, rule.cwe),
            ),
          ),
        );
      }),
    );
  }

  draw();
  return section(
    'Rules of the analysis',
    'What the analysis looks for before a program runs.',
    h('div', { class: 'bar pad' }, search, count),
    h(
      'div',
      { class: 'scroll tall', tabIndex: 0, role: 'region', 'aria-label': 'Rules' },
      h(
        'table',
        {},
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
  );
}
