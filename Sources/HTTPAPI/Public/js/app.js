import './csp-shim.js';
import { can, on, watchHealth } from './api.js';
import { clear, connect, shortcuts } from './frame.js';
import { button, h, icon, notice } from './ui.js';

/** The views, in the order of the rail. One with a `needs` is there only when the server has that part of the API. */
const views = [
  { name: 'playground', title: 'Playground', short: 'Play', picture: 'play' },
  { name: 'terminal', title: 'Terminal', picture: 'square-terminal', needs: 'terminal' },
  { name: 'files', title: 'Files', picture: 'folder', needs: 'files' },
  { name: 'system', title: 'System', picture: 'activity' },
  { name: 'sessions', title: 'Sessions', picture: 'history', needs: 'sessions' },
  { name: 'security', title: 'Security', picture: 'shield-check' },
  { name: 'api', title: 'API docs', short: 'API', picture: 'book-open' },
];

const main = document.querySelector('#main');
const made = new Map();
let current = null;

const available = () => views.filter((view) => !view.needs || can(view.needs));

/** `#/files/ses_1/a/b?x=1` is the view `files` with the path `ses_1/a/b` and the query. */
function route() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, ...rest] = path.split('/');
  const view = available().find((each) => each.name === name) ?? views[0];
  return { view, path: rest.map(decodeURIComponent), query: new URLSearchParams(query) };
}

function drawRail() {
  const { view } = route();
  document.querySelector('#rail').replaceChildren(
    ...available().map((each, index) =>
      h(
        'a',
        {
          href: `#/${each.name}`,
          'aria-label': each.title,
          'aria-current': each === view ? 'page' : null,
          'aria-keyshortcuts': `Alt+${index + 1}`,
        },
        icon(each.picture),
        h('span', { class: 'wide-only' }, each.title),
        h('span', { class: 'narrow-only', 'aria-hidden': 'true' }, each.short ?? each.title),
      ),
    ),
  );
}

async function show({ moveFocus = false } = {}) {
  const { view, path, query } = route();
  if (view !== current) {
    made.get(current)?.hide?.();
    current = view;
    document.title = `${view.title} · Sandmartin`;
  }
  drawRail();
  for (const [each, view] of made) view.el.hidden = each !== current;
  const page = made.get(view) ?? (await make(view));
  if (!page || view !== current) return;
  page.el.hidden = false;
  page.show?.({ path, query });
  if (moveFocus) main.focus({ preventScroll: true });
}

/** A view is made when it is first looked at, and then kept: its text, shells and place stay. */
async function make(view) {
  main.querySelector(':scope > .failed')?.remove();
  try {
    const { make } = await import(`./tabs/${view.name}.js`);
    const page = made.get(view) ?? make();
    if (!made.has(view)) main.append(page.el);
    made.set(view, page);
    return page;
  } catch (error) {
    console.error(error);
    main.append(
      h(
        'section',
        { class: 'page failed' },
        h('h1', {}, view.title),
        notice(
          'bad',
          'This part of the page does not load',
          error.message,
          button('Load the page again', { picture: 'refresh-cw', onclick: () => location.reload() }),
        ),
      ),
    );
    return null;
  }
}

connect();
shortcuts({
  views: available,
  go: (view) => {
    location.hash = `#/${view.name}`;
  },
});
let capabilities = '';
on('health', ({ capabilities: now = [] }) => {
  if (now.join() === capabilities) return;
  capabilities = now.join();
  show();
});
// Its address would be taken for a view.
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener('hashchange', () => show({ moveFocus: true }));

clear(main);
// The playground needs nothing from the server to be typed in; which other views there are is first heard from it.
if (!location.hash || location.hash.startsWith('#/playground')) show();
await watchHealth();
if (!current) show();
