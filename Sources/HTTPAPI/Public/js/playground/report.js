// The security report of a run, and what its compiler or interpreter complained about: lists whose entries lead to lines.

import { empty, h, icon, pill } from '../ui.js';
import { number, plural, sentence } from '../format.js';
import { severities, severityOf } from '../statuses.js';

const words = (name) => String(name).replaceAll('_', ' ');

export function drawProblems(problems, goTo) {
  if (problems.length === 0)
    return empty('circle-check', 'No problems', 'Compilers and interpreters had nothing to say that names a line.');
  return h(
    'ul',
    { class: 'findings' },
    problems.map((problem) =>
      h(
        'li',
        {},
        h(
          'span',
          { class: problem.kind === 'error' ? 'bad-text' : 'warn-text' },
          icon(problem.kind === 'error' ? 'circle-x' : 'triangle-alert'),
        ),
        h(
          'div',
          {},
          h('p', {}, h('strong', {}, sentence(problem.message))),
          h('p', {}, line(problem, goTo), h('span', { class: 'hint' }, ` ${problem.kind}`)),
        ),
      ),
    ),
  );
}

function line(place, goTo) {
  return h(
    'button',
    { type: 'button', class: 'place', onclick: () => goTo(place.line, place.column) },
    `Line ${place.line}${place.column > 1 ? `, column ${place.column}` : ''}`,
  );
}

/** The findings as marks for the editor. */
export const marksOf = (report) =>
  (report?.findings ?? [])
    .filter(({ file }) => !file)
    .map((finding) => ({
      line: finding.line,
      column: finding.column,
      message: finding.message,
      kind: finding.blocking || ['critical', 'high'].includes(finding.severity) ? 'error' : 'warning',
    }));

export function drawReport(report, isolation, goTo) {
  return h('div', { class: 'report' }, report ? drawFindings(report, goTo) : null, isolation && drawWalls(isolation));
}

function drawFindings(report, goTo) {
  const { decision, policy, findings = [], risk_score: score, risk_level: level, analysis_ms: time, complete } = report;
  const blocked = decision === 'block';
  const head = h(
    'div',
    { class: 'report-head' },
    pill(
      blocked ? 'bad' : findings.length > 0 ? 'warn' : 'ok',
      blocked ? 'shield-alert' : 'shield-check',
      blocked ? 'Refused' : 'Allowed',
    ),
    h(
      'dl',
      { class: 'facts' },
      fact('Risk', `${score ?? 0} of 100${level ? `, ${words(level)}` : ''}`),
      fact('Policy', policy ?? '–'),
      fact('Findings', number(findings.length)),
      time != null && fact('Analysed in', `${number(time)} ms`),
    ),
  );
  const order = [...findings].sort(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || a.line - b.line,
  );
  return h(
    'section',
    {},
    head,
    complete === false &&
      h(
        'p',
        { class: 'hint pad' },
        'The analysis did not look at everything: the program was too large or took too long.',
      ),
    findings.length === 0
      ? h('p', { class: 'hint pad' }, 'The analysis found nothing to warn of. The walls hold either way.')
      : h(
          'ul',
          { class: 'findings' },
          order.map((finding) => drawFinding(finding, goTo)),
        ),
  );
}

function drawFinding(finding, goTo) {
  const { kind, picture } = severityOf(finding.severity);
  return h(
    'li',
    {},
    h('span', { class: `${kind}-text` }, icon(picture)),
    h(
      'div',
      {},
      h('p', {}, h('strong', {}, sentence(finding.message))),
      finding.snippet && h('pre', { class: 'snippet' }, finding.snippet),
      finding.recommendation && h('p', { class: 'hint' }, sentence(finding.recommendation)),
      h(
        'p',
        { class: 'bar small' },
        finding.file ? h('code', {}, `${finding.file}, line ${finding.line}`) : line(finding, goTo),
        h('span', { class: `tag ${kind}` }, words(finding.severity)),
        h('span', { class: 'tag' }, words(finding.category)),
        finding.cwe && h('span', { class: 'tag' }, finding.cwe),
        finding.blocking && h('span', { class: 'tag bad' }, 'refuses the run'),
        h('code', { class: 'hint' }, finding.rule_id),
      ),
    ),
  );
}

const fact = (name, value) => h('div', {}, h('dt', {}, name), h('dd', {}, value));

/** The walls that stood around this very run. */
function drawWalls({ level, layers }) {
  const entries = Object.entries(layers);
  return h(
    'section',
    {},
    h('h3', { class: 'section-title' }, `Walls around this run: ${words(level)}, ${plural(entries.length, 'layer')}`),
    h(
      'dl',
      { class: 'walls' },
      entries.map(([name, state]) =>
        h('div', {}, h('dt', {}, icon('shield-check'), words(name)), h('dd', {}, words(state))),
      ),
    ),
  );
}
