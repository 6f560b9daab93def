import { hasKey } from '../api.js';
import { lastLanguage } from '../playground/draft.js';
import { store } from '../store.js';
import { has } from '../vendor.js';
import { button, copy, h, icon } from '../ui.js';

const calls = [
  ['POST', '/execute', 'Run a program; as an event stream with Accept: text/event-stream'],
  ['GET', '/api/v1/runs/{id}', 'The result of a run, or wait for it'],
  ['DELETE', '/api/v1/runs/{id}', 'Stop a run'],
  ['GET', '/languages', 'The languages and their versions'],
  ['GET', '/security/policy', 'Walls and limits'],
  ['GET', '/health', 'How the server is'],
];

/** Quotes for a shell: nothing inside single quotes is special but the quote itself. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

export function make() {
  const sample = h('pre', {
    class: 'code-block',
    tabIndex: 0,
    role: 'region',
    'aria-label': 'The request as a curl command',
  });
  const el = h(
    'section',
    { class: 'page' },
    h('h1', {}, 'API docs'),
    h(
      'section',
      { class: 'card part' },
      h(
        'div',
        { class: 'part-head' },
        h('h2', {}, 'Everything here is an API'),
        h(
          'p',
          {},
          'This page uses nothing that your programs cannot use. The reference is made from the contract that the server’s own tests hold it to.',
        ),
      ),
      h(
        'div',
        { class: 'bar pad' },
        has('swagger-ui') && h('a', { class: 'btn primary', href: '/docs' }, icon('book-open'), 'Open the reference'),
        h('a', { class: 'btn', href: '/openapi.yaml' }, icon('file-code'), 'openapi.yaml'),
      ),
    ),
    h(
      'section',
      { class: 'card part' },
      h(
        'div',
        { class: 'part-head bar' },
        h('h2', {}, 'What is in the playground, as a command'),
        h('span', { class: 'grow' }),
        button('Copy', { picture: 'copy', compact: true, onclick: () => copy(sample.textContent, 'Command') }),
      ),
      sample,
    ),
    h(
      'section',
      { class: 'card part' },
      h('div', { class: 'part-head' }, h('h2', {}, 'The first calls')),
      h(
        'div',
        { class: 'scroll', tabIndex: 0, role: 'region', 'aria-label': 'Calls' },
        h(
          'table',
          {},
          h(
            'thead',
            {},
            h(
              'tr',
              {},
              ['Method', 'Path', 'Does'].map((title) => h('th', { scope: 'col' }, title)),
            ),
          ),
          h(
            'tbody',
            {},
            calls.map(([method, path, text]) =>
              h(
                'tr',
                {},
                h('td', {}, h('span', { class: 'tag' }, method)),
                h('td', {}, h('code', {}, path)),
                h('td', {}, text),
              ),
            ),
          ),
        ),
      ),
    ),
  );

  return {
    el,
    show() {
      const language = lastLanguage.get();
      const draft = store.get(`draft.${language}`) ?? { code: 'print(2 + 2)' };
      const body = {
        language,
        code: draft.code,
        ...(draft.stdin && { stdin: draft.stdin }),
        ...(draft.args?.length > 0 && { args: draft.args }),
      };
      sample.textContent = [
        `curl -s ${quoted(`${location.origin}/execute`)}`,
        "-H 'Content-Type: application/json'",
        ...(hasKey() ? ['-H "Authorization: Bearer $SANDMARTIN_KEY"'] : []),
        `-d ${quoted(JSON.stringify(body, null, 2))}`,
      ].join(' \\\n  ');
    },
  };
}
