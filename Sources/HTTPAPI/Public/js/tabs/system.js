import { can, health, json } from '../api.js';
import { bytes, duration, number } from '../format.js';
import { makeChart } from '../system/chart.js';
import { makeQuickActions } from '../system/quick-actions.js';
import { follow } from '../system/samples.js';
import { button, h, icon, pill, select } from '../ui.js';

/** Samples that are kept: an hour. */
const KEPT = 3600;
const ranges = [
  { value: '2', label: 'Last 2 minutes' },
  { value: '15', label: 'Last 15 minutes' },
  { value: '60', label: 'Last hour' },
];
/** Without a sample for so long the numbers are marked as old. */
const STALE = 5000;
const POINTS = 360;

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const percent = (value) => `${Math.round(value)} %`;

/** What is drawn: `machine` ones need the system API. */
const measures = [
  { key: 'cpu', title: 'Processor', colour: '--c1', format: percent, most: () => 100, machine: true },
  {
    key: 'memory',
    title: 'Memory',
    colour: '--c2',
    format: bytes,
    most: (latest) => latest?.resources?.memory?.total ?? null,
    machine: true,
  },
  {
    key: 'disk',
    title: 'Disk',
    colour: '--c3',
    format: bytes,
    most: (latest) => latest?.resources?.disk?.total ?? null,
    machine: true,
  },
  { key: 'running', title: 'Programs running', colour: '--c4', format: number },
  { key: 'queued', title: 'Programs waiting', colour: '--c3', format: number },
  { key: 'ready', title: 'Sandboxes ready', colour: '--c2', format: number },
];

export function make() {
  const samples = [];
  const tiles = h('div', { class: 'tiles' });
  const charts = h('div', { class: 'charts' });
  const table = h('div', {
    class: 'card scroll tall',
    hidden: true,
    tabIndex: 0,
    role: 'region',
    'aria-label': 'Samples',
  });
  const freshness = h('span', { role: 'status' });
  const facts = h('div', {});
  const range = select('Range', ranges, {
    hideLabel: true,
    onchange: (event) => {
      const hash = `#/system?range=${event.target.value}m`;
      history.replaceState(null, '', hash);
      draw();
    },
  });
  const pauseButton = button('Pause', { picture: 'pause', 'aria-pressed': 'false', onclick: pause });
  const tableButton = button('Table', { picture: 'table', 'aria-pressed': 'false', onclick: showTable });
  const el = h(
    'section',
    { class: 'page system' },
    h(
      'div',
      { class: 'bar head' },
      h('h1', {}, 'System'),
      freshness,
      h('span', { class: 'grow' }),
      range.field,
      pauseButton,
      tableButton,
    ),
    tiles,
    charts,
    table,
    h('section', { class: 'card part' }, h('div', { class: 'part-head' }, h('h2', {}, 'This server')), facts),
    makeQuickActions().el,
  );

  let drawn = null;
  let isPaused = false;
  let controller = null;
  let staleTimer = null;
  let trouble = null;

  const shown = () => measures.filter(({ machine }) => !machine || can('system'));

  async function build() {
    drawn = new Map();
    const made = await Promise.all(
      shown().map(async (measure) => [
        measure.key,
        await makeChart({ ...measure, most: () => measure.most?.(samples.at(-1)) ?? null }),
      ]),
    );
    drawn = new Map(made);
    charts.replaceChildren(...made.map(([, chart]) => chart.el));
  }

  function take(sample) {
    if (samples.length > 0 && sample.time <= samples.at(-1).time) return;
    samples.push(sample);
    if (samples.length > KEPT) samples.splice(0, samples.length - KEPT);
    trouble = null;
    if (!isPaused) soon();
  }

  let frame = null;
  /** A stream's history comes as thousands of samples at once. */
  function soon() {
    frame ??= requestAnimationFrame(() => {
      frame = null;
      draw();
    });
  }

  function draw() {
    const latest = samples.at(-1);
    if (!latest || !drawn) return;
    drawTiles(latest);
    const from = Date.now() - Number(range.box.value) * 60_000;
    const inRange = samples.filter(({ time }) => time >= from);
    const step = Math.max(1, Math.ceil(inRange.length / POINTS));
    const picked = inRange.filter((_, index) => (inRange.length - 1 - index) % step === 0);
    for (const [key, chart] of drawn) chart.draw(picked.map((sample) => ({ time: sample.time, value: sample[key] })));
    if (!table.hidden) drawTable(picked);
    drawFreshness();
  }

  function drawTiles({ resources, load }) {
    const list = [];
    if (resources) {
      const { cpu_usage: cpu, cpu_count: count, memory, disk, load_average: average } = resources;
      list.push([
        'cpu',
        'Processor',
        cpu == null ? '–' : percent(cpu),
        `${number(count)} cores${average ? `, load ${number(average[0])}` : ''}`,
      ]);
      list.push(['memory-stick', 'Memory', bytes(memory.used), `${percent(memory.percent)} of ${bytes(memory.total)}`]);
      if (disk) list.push(['hard-drive', 'Disk', bytes(disk.used), `${percent(disk.percent)} of ${bytes(disk.total)}`]);
    }
    if (load) {
      list.push(['play', 'Running', number(load.running), `of ${number(load.maximum_running)} at once`]);
      list.push(['clock', 'Waiting', number(load.queued), `of ${number(load.maximum_queued)} places`]);
      list.push(['package', 'Ready sandboxes', number(load.ready_sandboxes), 'kept warm']);
      list.push(['layers', 'Runs', number(load.total), 'since the start']);
    }
    tiles.replaceChildren(
      ...list.map(([picture, title, value, note]) =>
        h(
          'div',
          { class: 'card tile' },
          h('p', { class: 'hint' }, icon(picture), title),
          h('p', { class: 'value' }, value),
          h('p', { class: 'hint' }, note),
        ),
      ),
    );
  }

  function drawTable(picked) {
    const columns = shown();
    table.replaceChildren(
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('th', { scope: 'col' }, 'Time'),
            columns.map(({ title }) => h('th', { scope: 'col', class: 'number' }, title)),
          ),
        ),
        h(
          'tbody',
          {},
          picked
            .slice(-60)
            .reverse()
            .map((sample) =>
              h(
                'tr',
                {},
                h('td', {}, clock.format(sample.time)),
                columns.map(({ key, format }) =>
                  h('td', { class: 'number' }, sample[key] == null ? '–' : format(sample[key])),
                ),
              ),
            ),
        ),
      ),
    );
  }

  function drawFreshness() {
    const age = samples.length > 0 ? Date.now() - samples.at(-1).time : 0;
    const state = isPaused ? 'paused' : trouble || age > STALE ? 'stale' : 'live';
    if (freshness.dataset.state === state) return;
    freshness.dataset.state = state;
    freshness.replaceChildren(
      state === 'paused'
        ? pill('warn', 'pause', 'Paused')
        : state === 'stale'
          ? pill('bad', 'wifi-off', 'Old numbers')
          : pill('ok', 'activity', 'Live'),
    );
    freshness.title = trouble?.message ?? '';
  }

  function pause() {
    isPaused = !isPaused;
    pauseButton.setAttribute('aria-pressed', String(isPaused));
    pauseButton.replaceChildren(
      icon(isPaused ? 'play' : 'pause'),
      h('span', { class: 'label' }, isPaused ? 'Go on' : 'Pause'),
    );
    drawFreshness();
    if (!isPaused) draw();
  }

  function showTable() {
    table.hidden = !table.hidden;
    charts.hidden = !table.hidden;
    tableButton.setAttribute('aria-pressed', String(!table.hidden));
    draw();
  }

  async function drawFacts() {
    const state = health();
    if (!state) return;
    const rows = [
      ['Version', state.version],
      ['Up for', duration(state.uptime_seconds)],
      ['Isolation', state.isolation.level],
    ];
    if (can('system')) {
      try {
        const { system } = await json('/api/v1/system');
        rows.push(
          ['System', system.distribution ?? system.platform],
          ['Kernel', system.kernel],
          ['Architecture', system.architecture],
          ['Host name', system.hostname],
          ['Machine up for', duration(system.uptime)],
        );
      } catch (error) {
        rows.push(['Machine', error.message]);
      }
    }
    rows.push(...Object.entries(state.languages).map(([name, version]) => [name, version ?? 'not installed']));
    facts.replaceChildren(
      h(
        'dl',
        { class: 'fact-grid' },
        rows
          .filter(([, value]) => value != null)
          .map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, String(value)))),
      ),
    );
  }

  return {
    el,
    async show({ query }) {
      const minutes = query.get('range')?.replace('m', '');
      if (ranges.some(({ value }) => value === minutes)) range.box.value = minutes;
      drawFacts();
      // What the server can tell may have become known only now.
      if (!drawn || drawn.size !== shown().length) await build();
      if (controller) return;
      controller = new AbortController();
      follow(
        take,
        (error) => {
          trouble = error;
          drawFreshness();
        },
        controller.signal,
      );
      staleTimer = setInterval(drawFreshness, 1000);
      draw();
    },
    hide() {
      controller?.abort();
      controller = null;
      clearInterval(staleTimer);
    },
  };
}
