// What was refused lately: the caller's own runs, and for administrators everybody's, from the audit log.

import { account, json } from '../api.js';
import { ago, plural } from '../format.js';
import { isLimit, statusOf } from '../statuses.js';
import { empty, h, icon, pill, trouble } from '../ui.js';
import { section } from './section.js';

const SHOWN = 20;

export function makeDenials() {
  const own = h('div', {});
  const everybody = h('div', {});
  const others = section(
    'Denied by this server',
    'From the audit log, for administrators: whoever was refused, and why.',
    everybody,
  );
  others.hidden = true;

  async function load() {
    try {
      const { runs } = await json('/api/v1/runs?limit=100');
      drawOwn(runs.filter(({ status }) => status === 'blocked' || isLimit(status)).slice(0, SHOWN), runs.length);
    } catch (error) {
      own.replaceChildren(trouble('The runs are not known', error, load));
      return;
    }
    const known = await account().catch(() => null);
    others.hidden = known?.role !== 'administrator';
    if (others.hidden) return;
    try {
      drawAudit((await json(`/api/v1/audit?decision=denied&limit=${SHOWN}`)).entries);
    } catch (error) {
      everybody.replaceChildren(trouble('The audit log is not known', error, load));
    }
  }

  function drawOwn(refused, looked) {
    own.replaceChildren(
      refused.length === 0
        ? empty(
            'shield-check',
            'None',
            looked === 0
              ? 'You have not run anything yet.'
              : `None of your last ${plural(looked, 'run')} was refused or reached a limit.`,
          )
        : h(
            'ul',
            { class: 'findings' },
            refused.map((run) => {
              const { kind, picture, title } = statusOf(run.status);
              return h(
                'li',
                {},
                h(
                  'p',
                  { class: 'bar small' },
                  pill(kind, picture, title),
                  h('strong', {}, run.language),
                  h('span', { class: 'hint' }, ago(Date.parse(run.accepted_at))),
                  h('code', { class: 'hint' }, run.execution_id),
                ),
              );
            }),
          ),
    );
  }

  function drawAudit(entries) {
    everybody.replaceChildren(
      entries.length === 0
        ? empty('shield-check', 'None', 'Nobody was denied anything.')
        : h(
            'div',
            { class: 'scroll', tabIndex: 0, role: 'region', 'aria-label': 'Denials' },
            h(
              'table',
              {},
              h(
                'thead',
                {},
                h(
                  'tr',
                  {},
                  ['When', 'Who', 'What', 'Why'].map((title) => h('th', { scope: 'col' }, title)),
                ),
              ),
              h(
                'tbody',
                {},
                entries.map((entry) =>
                  h(
                    'tr',
                    {},
                    h('td', { title: entry.time }, ago(Date.parse(entry.time))),
                    h(
                      'td',
                      {},
                      entry.actor,
                      entry.address && entry.address !== entry.actor && h('span', { class: 'hint' }, ` ${entry.address}`),
                    ),
                    h('td', {}, icon('shield-alert'), ' ', entry.action, ' ', h('code', {}, entry.subject ?? '')),
                    h('td', {}, entry.outcome ?? ''),
                  ),
                ),
              ),
            ),
          ),
    );
  }

  return {
    load,
    el: h(
      'div',
      { class: 'page' },
      section('Recent refusals and limits', 'Among your own last runs on this server.', own),
      others,
    ),
  };
}
