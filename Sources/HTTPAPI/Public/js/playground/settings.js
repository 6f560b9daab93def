// What a run gets besides its code: input, arguments, limits, policy, files to bring back.

import { policy } from '../api.js';
import { store } from '../store.js';
import { field, h, select } from '../ui.js';
import { joinArguments, splitArguments } from './draft.js';

/** The limits that a request may narrow: field, label, unit, how the server names its maximum, and by what to divide. */
const limits = [
  { name: 'timeout', label: 'Time', unit: 's', maximum: 'wall_ms', divisor: 1000, step: 0.1, least: 0.1 },
  { name: 'cpu_ms', label: 'Processor time', unit: 's', maximum: 'cpu_ms', divisor: 1000, step: 0.1, least: 0.1 },
  { name: 'memory_mb', label: 'Memory', unit: 'MiB', maximum: 'memory_mb', divisor: 1, step: 1, least: 8 },
  { name: 'processes', label: 'Processes', unit: '', maximum: 'processes', divisor: 1, step: 1, least: 1 },
  { name: 'output_bytes', label: 'Output', unit: 'KiB', maximum: 'output_bytes', divisor: 1024, step: 1, least: 1 },
  { name: 'disk_mb', label: 'Disk', unit: 'MiB', maximum: 'disk_mb', divisor: 1, step: 1, least: 1 },
];

export function makeSettings({ onchange }) {
  const stdin = h('textarea', { class: 'code', rows: 3, spellcheck: false, oninput: changed });
  const args = h('input', { type: 'text', class: 'code', spellcheck: false, autocomplete: 'off', oninput: changed });
  const collect = h('input', {
    type: 'text',
    class: 'code',
    spellcheck: false,
    autocomplete: 'off',
    value: store.get('collect', '**'),
    oninput: () => store.set('collect', collect.value),
  });
  const limitInputs = new Map();
  const limitGrid = h('div', { class: 'limits' }, h('p', { class: 'hint' }, 'Asking the server for its limits …'));
  const policyPlace = h('div', {});
  const summary = h('span', { class: 'hint' });
  const mistake = h('p', { class: 'hint bad-text', id: 'args-mistake' });
  args.setAttribute('aria-describedby', mistake.id);
  let policyBox = null;

  function changed() {
    describe();
    onchange();
  }

  function describe() {
    const facts = [];
    if (stdin.value) facts.push('input');
    if (args.value.trim()) facts.push('arguments');
    const narrowed = [...limitInputs.values()].filter((input) => input.value !== '').length;
    if (narrowed > 0) facts.push(`${narrowed} narrower limit${narrowed > 1 ? 's' : ''}`);
    summary.textContent = facts.length > 0 ? facts.join(', ') : 'none';
    mistake.textContent = '';
    try {
      splitArguments(args.value);
      args.removeAttribute('aria-invalid');
    } catch (error) {
      args.setAttribute('aria-invalid', 'true');
      mistake.textContent = `In the arguments ${error.message}.`;
    }
  }

  async function fill() {
    const { limits: known, policies = [], default_policy: standard } = await policy();
    limitGrid.replaceChildren(
      ...limits.map(({ name, label, unit, maximum, divisor, step, least }) => {
        const most = known.maximum[maximum] / divisor;
        const usual = known.default[maximum] / divisor;
        const input = h('input', {
          type: 'number',
          min: least,
          max: most,
          step,
          placeholder: String(usual),
          inputMode: 'decimal',
          value: store.get(`limit.${name}`, ''),
          oninput: () => {
            store.set(`limit.${name}`, input.value);
            describe();
          },
        });
        limitInputs.set(name, input);
        return field(unit ? `${label} (${unit})` : label, input, `at most ${most}`);
      }),
    );
    const names = policies.map(({ name }) => ({ value: name, label: name }));
    if (names.length > 0) {
      const chosen = select('Policy of the analysis', names, {
        value: policies.some(({ name }) => name === store.get('policy')) ? store.get('policy') : standard,
        onchange: (event) => store.set('policy', event.target.value),
      });
      policyBox = chosen.box;
      const explain = () => {
        about.textContent = policies.find(({ name }) => name === chosen.box.value)?.summary ?? '';
      };
      const about = h('p', { class: 'hint' });
      chosen.box.addEventListener('change', explain);
      explain();
      policyPlace.replaceChildren(chosen.field, about);
    }
    describe();
  }

  const el = h(
    'details',
    {
      class: 'card settings',
      open: store.get('settings.open', false),
      ontoggle: () => store.set('settings.open', el.open),
    },
    h('summary', {}, h('span', {}, 'Input, arguments, limits'), summary),
    h(
      'div',
      { class: 'settings-body' },
      h(
        'div',
        { class: 'settings-column' },
        field('Standard input', stdin),
        field('Arguments', args, 'as in a shell; quotes keep words together'),
        mistake,
        field('Files to bring back', collect, 'patterns such as **, *.png out/*.csv'),
      ),
      h(
        'div',
        { class: 'settings-column' },
        h('div', { role: 'group', 'aria-label': 'Limits' }, limitGrid),
        policyPlace,
      ),
    ),
  );

  fill().catch((error) =>
    limitGrid.replaceChildren(h('p', { class: 'hint' }, `The limits are not known: ${error.message}`)),
  );
  describe();

  return {
    el,
    get stdin() {
      return stdin.value;
    },
    get args() {
      return splitArguments(args.value);
    },
    set({ stdin: text = '', args: words = [] }) {
      stdin.value = text;
      args.value = joinArguments(words);
      describe();
    },
    open() {
      el.open = true;
    },
    /** The fields of the request; throws when something is not well-formed. */
    get request() {
      const request = {};
      const narrowed = {};
      for (const { name, divisor } of limits) {
        const input = limitInputs.get(name);
        if (!input || input.value === '') continue;
        if (!input.checkValidity()) throw Object.assign(new Error(`${name}: ${input.validationMessage}`), { input });
        if (name === 'timeout') request.timeout = Number(input.value);
        else narrowed[name] = Math.round(Number(input.value) * divisor);
      }
      if (stdin.value) request.stdin = stdin.value;
      if (args.value.trim()) request.args = splitArguments(args.value);
      if (Object.keys(narrowed).length > 0) request.limits = narrowed;
      const patterns = collect.value.split(/[\s,]+/).filter(Boolean);
      if (patterns.length > 0) request.collect = patterns;
      if (policyBox) request.policy = policyBox.value;
      return request;
    },
  };
}
