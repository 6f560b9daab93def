import { health, json } from '../api.js';
import { bytes, duration, number } from '../format.js';
import { drawIsolation } from '../security/layers.js';
import { section } from '../security/section.js';
import { makeChart } from '../system/chart.js';
import { makeQuickActions } from '../system/quick-actions.js';
import { follow } from '../system/samples.js';
import { button, h, icon, pill, select, trouble } from '../ui.js';

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

/** What is drawn over time. */
const measures = [
  { key: 'cpu', title: 'Processor', colour: '--c1', format: percent, most: () => 100 },
  { key: 'memory', title: 'Memory', colour: '--c2', format: bytes, most: ({ resources }) => resources.memory.total },
  {
    key: 'disk',
    title: 'Disk',
    colour: '--c3',
    format: bytes,
    most: ({ resources }) => resources.disk?.total ?? null,
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
  const failed = h('div', {});
  const freshness = h('span', { role: 'status' });
  const facts = h('div', {});
  const walls = h('div', {});
  const range = select('Range', ranges, {
    hideLabel: true,
    onchange: (event) => {
      history.replaceState(null, '', `#/system?range=${event.target.value}m`);
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
    failed,
    tiles,
    charts,
    table,
    makeQuickActions().el,
    section('This server', null, facts),
    section('Isolation', 'What stands between the programs and this machine.', walls),
  );

  let drawn = null;
  let isPaused = false;
  let controller = null;
  let staleTimer = null;
  let lost = null;

  async function build() {
    const made = await Promise.all(
      measures.map(async (measure) => [
        measure.key,
        await makeChart({ ...measure, most: () => (samples.length > 0 ? measure.most?.(samples.at(-1)) : null) }),
      ]),
    );
    charts.replaceChildren(...made.map(([, chart]) => chart.el));
    return new Map(made);
  }

  function take(sample) {
    if (samples.length > 0 && sample.time <= samples.at(-1).time) return;
    samples.push(sample);
    if (samples.length > KEPT) samples.splice(0, samples.length - KEPT);
    lost = null;
    if (!isPaused) soon();
  }

  let frame = null;
  /** A stream's history comes as hundreds of samples at once. */
  function soon() {
    frame ??= requestAnimationFrame(() => {
      frame = null;
      draw();
    });
  }

  function draw() {
    drawFreshness();
    const latest = samples.at(-1);
    if (!latest || !drawn) return;
    drawTiles(latest);
    const from = latest.time - Number(range.box.value) * 60_000;
    const inRange = samples.filter(({ time }) => time >= from);
    const step = Math.max(1, Math.ceil(inRange.length / POINTS));
    const picked = inRange.filter((_, index) => (inRange.length - 1 - index) % step === 0);
    for (const [key, chart] of drawn)
      chart.draw(
        picked.map((sample) => ({ time: sample.time, value: sample[key] })),
        from,
        latest.time,
      );
    if (!table.hidden) drawTable(picked);
  }

  function drawTiles({ resources, load }) {
    const { cpu_usage: cpu, cpu_count: count, memory, disk, load_average: average } = resources;
    const list = [
      ['cpu', 'Processor', percent(cpu), `${number(count)} cores, load ${number(average[0])}`],
      ['memory-stick', 'Memory', bytes(memory.used), `${percent(memory.percent)} of ${bytes(memory.total)}`],
    ];
    if (disk) list.push(['hard-drive', 'Disk', bytes(disk.used), `${percent(disk.percent)} of ${bytes(disk.total)}`]);
    list.push([
      'users',
      'Processes',
      number(resources.processes),
      `${number(resources.threads)} threads on the machine`,
    ]);
    if (load)
      list.push(
        ['play', 'Running', number(load.running), `of ${number(load.maximum_running)} at once`],
        ['clock', 'Waiting', number(load.queued), `of ${number(load.maximum_queued)} places`],
        ['package', 'Ready sandboxes', number(load.ready_sandboxes), 'kept warm'],
        ['layers', 'Runs', number(load.total), 'since the start'],
      );
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
            measures.map(({ title }) => h('th', { scope: 'col', class: 'number' }, title)),
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
                measures.map(({ key, format }) =>
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
    const state = isPaused
      ? 'paused'
      : samples.length === 0
        ? lost
          ? 'none'
          : 'waiting'
        : lost || age > STALE
          ? 'stale'
          : 'live';
    if (freshness.dataset.state === state) return;
    freshness.dataset.state = state;
    el.dataset.state = state;
    freshness.replaceChildren(pill(...looks[state]));
    failed.replaceChildren(
      ...(state === 'none' ? [trouble('The numbers of this machine are not known', lost)] : []),
    );
  }

  function pause() {
    isPaused = !isPaused;
    pauseButton.setAttribute('aria-pressed', String(isPaused));
    pauseButton.replaceChildren(
      icon(isPaused ? 'play' : 'pause'),
      h('span', { class: 'label' }, isPaused ? 'Go on' : 'Pause'),
    );
    if (isPaused) drawFreshness();
    else draw();
  }

  function showTable() {
    table.hidden = !table.hidden;
    charts.hidden = !table.hidden;
    tableButton.setAttribute('aria-pressed', String(!table.hidden));
    draw();
  }

  async function drawFacts() {
    const state = health();
    if (state) walls.replaceChildren(drawIsolation(state.isolation));
    try {
      const { system, environment } = await json('/api/v1/system');
      const rows = [
        ['Sandmartin', system.server_version],
        ['Server up for', state && duration(state.uptime_seconds)],
        ['System', system.distribution],
        ['Kernel', system.kernel],
        ['Architecture', system.architecture],
        ['Host name', system.hostname],
        ['Machine up for', duration(system.uptime)],
        ['Workspace of programs', environment.workspace],
        ['User of programs', environment.user],
        ...Object.entries(state?.languages ?? {}).map(([name, version]) => [name, version ?? 'not installed']),
      ];
      facts.replaceChildren(
        h(
          'dl',
          { class: 'fact-grid' },
          rows
            .filter(([, value]) => value != null)
            .map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, String(value)))),
        ),
      );
    } catch (error) {
      facts.replaceChildren(trouble('The machine is not known', error, drawFacts));
    }
  }

  return {
    el,
    async show({ query }) {
      const minutes = query.get('range')?.replace('m', '');
      if (ranges.some(({ value }) => value === minutes)) range.box.value = minutes;
      drawFacts();
      if (!controller) {
        controller = new AbortController();
        follow(
          take,
          (error) => {
            lost = error;
            drawFreshness();
          },
          controller.signal,
        );
        staleTimer = setInterval(drawFreshness, 1000);
      }
      drawn ??= await build();
      draw();
    },
    hide() {
      controller?.abort();
      controller = null;
      clearInterval(staleTimer);
    },
  };
}

const looks = {
  waiting: ['run', 'loader-circle', 'Waiting for numbers'],
  live: ['ok', 'activity', 'Live'],
  paused: ['warn', 'pause', 'Paused'],
  stale: ['bad', 'wifi-off', 'Old numbers'],
  none: ['bad', 'wifi-off', 'No numbers'],
};
