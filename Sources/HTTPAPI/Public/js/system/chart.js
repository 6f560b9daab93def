// One chart over time: uPlot where it is installed; the numbers are in the table either way.

import { uPlot, styles } from '../vendor.js';
import { css, h } from '../ui.js';

const HEIGHT = 150;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** `colour`: a token; `format`: a number for the axis; `most`: the top of the scale, if it has one. */
export async function makeChart({ title, colour, format, most = () => null }) {
  const Plot = await uPlot();
  const summary = h(
    'figcaption',
    {},
    h('h2', {}, title),
    h('span', { class: 'hint', id: `chart-${title.replace(/\W/g, '')}` }, ''),
  );
  const place = h('div', { class: 'plot', role: 'img', 'aria-label': title });
  const el = h('figure', { class: 'card chart' }, summary, place);
  let plot = null;
  let data = [[], []];
  let span = [0, 1];
  if (!Plot) {
    place.remove();
    return { el, draw: (points) => describe(points) };
  }
  await styles('/vendor/uplot/uPlot.min.css');

  function build() {
    plot?.destroy();
    const axis = {
      stroke: css('--muted'),
      grid: { stroke: css('--line'), width: 1 },
      ticks: { show: false },
      font: `11px ${css('--font-ui')}`,
    };
    plot = new Plot(
      {
        width: Math.max(120, place.clientWidth),
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        padding: [8, 8, 0, 0],
        axes: [
          { ...axis, size: 26, space: 90, values: (_, times) => times.map((time) => clock.format(time * 1000)) },
          {
            ...axis,
            size: 62,
            space: 36,
            values: (_, values) => values.map(format),
            // Halves of what there is say more than round numbers in tens: memory is counted in twos.
            ...(most() != null && { splits: (_, index, low, high) => [0, high / 2, high] }),
          },
        ],
        scales: {
          x: { range: () => span },
          y: { range: (_, low, high) => [0, most() ?? Math.max(1, (high ?? 0) * 1.15)] },
        },
        series: [
          {},
          { stroke: css(colour), width: 2, fill: `${css(colour)}26`, points: { show: false }, spanGaps: false },
        ],
      },
      data,
      place,
    );
  }

  function describe(points) {
    const values = points.map(({ value }) => value).filter((value) => value != null);
    const text =
      values.length === 0 ? 'no numbers yet' : `now ${format(values.at(-1))}, at most ${format(Math.max(...values))}`;
    summary.lastChild.textContent = text;
    place.setAttribute('aria-label', `${title}: ${text}`);
  }

  new ResizeObserver(() => {
    if (place.clientWidth > 0 && plot) plot.setSize({ width: place.clientWidth, height: HEIGHT });
  }).observe(place);
  addEventListener('themechange', () => {
    if (plot) build();
  });

  return {
    el,
    /** `points`: `[{ time, value }]`, the oldest first; a value may be null. All of `from` to `to` is shown. */
    draw(points, from, to) {
      span = [from / 1000, to / 1000];
      data = [points.map(({ time }) => time / 1000), points.map(({ value }) => value)];
      describe(points);
      if (!plot) {
        if (place.clientWidth > 0) build();
      } else {
        plot.setData(data);
      }
    },
  };
}
