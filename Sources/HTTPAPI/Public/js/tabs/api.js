import { account, can } from '../api.js';
import { requestAs } from '../api/samples.js';
import { lastLanguage } from '../playground/draft.js';
import { store } from '../store.js';
import { has } from '../vendor.js';
import { button, copy, h, icon, select } from '../ui.js';

const calls = [
  ['POST', '/execute', 'Run a program; as an event stream with Accept: text/event-stream'],
  ['POST', '/api/v1/analyze', 'What the analysis says of a program, without running it'],
  ['GET', '/api/v1/runs/{id}', 'The result of a run, or wait for it'],
  ['DELETE', '/api/v1/runs/{id}', 'Stop a run'],
  ['POST', '/api/v1/sessions', 'A sandbox that lasts', 'sessions'],
  ['POST', '/api/v1/execute', 'A shell command in a session', 'sessions'],
  ['PUT', '/api/v1/sessions/{id}/files/{path}', 'Write a file of a session', 'files'],
  ['GET', '/api/v1/sessions/{id}/terminal', 'A terminal, over a WebSocket', 'terminal'],
  ['GET', '/languages', 'The languages and their versions'],
  ['GET', '/security/policy', 'Walls, limits and policies'],
  ['GET', '/health', 'How the server is'],
];

const kinds = [
  { value: 'curl', label: 'curl' },
  { value: 'python', label: 'Python' },
  { value: 'javascript', label: 'JavaScript' },
];

export function make() {
  let needsKey = false;
  const sample = h('pre', { class: 'code-block', tabIndex: 0, role: 'region', 'aria-label': 'The request' });
  const kind = select('Write it for', kinds, {
    hideLabel: true,
    class: 'compact',
    value: store.get('api.kind', 'curl'),
    onchange: () => {
      store.set('api.kind', kind.box.value);
      draw();
    },
  });
  const rows = h('tbody', {});
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
        h('h2', {}, 'What is in the playground, as a request'),
        h('span', { class: 'grow' }),
        kind.field,
        button('Copy', { picture: 'copy', compact: true, onclick: () => copy(sample.textContent, 'Request') }),
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
          rows,
        ),
      ),
    ),
  );

  function draw() {
    const language = lastLanguage.get();
    const draft = store.get(`draft.${language}`) ?? { code: 'print(2 + 2)' };
    const body = {
      language,
      code: draft.code,
      ...(draft.stdin && { stdin: draft.stdin }),
      ...(draft.args?.length > 0 && { args: draft.args }),
    };
    sample.textContent = requestAs[kind.box.value](`${location.origin}/execute`, body, needsKey);
    rows.replaceChildren(
      ...calls
        .filter(([, , , needs]) => !needs || can(needs))
        .map(([method, path, text]) =>
          h(
            'tr',
            {},
            h('td', {}, h('span', { class: 'tag' }, method)),
            h('td', {}, h('code', {}, path)),
            h('td', {}, text),
          ),
        ),
    );
  }

  return {
    el,
    async show() {
      draw();
      const known = await account().catch(() => null);
      needsKey = known?.owner !== 'anonymous';
      draw();
    },
  };
}
