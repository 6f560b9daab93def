// What stands around the views: connection, theme, shortcuts.

import { accountButton } from './account.js';
import { health, on } from './api.js';
import { sentence } from './format.js';
import { store } from './store.js';
import { button, dialog, h, icon } from './ui.js';

export const clear = (element) => element.replaceChildren();

const states = {
  waiting: ['idle', 'Connecting …'],
  ok: ['ok', 'Connected'],
  busy: ['warn', 'Busy'],
  degraded: ['bad', 'Cannot run programs'],
  offline: ['bad', 'Offline'],
};

function showConnection(name, detail) {
  const [kind, text] = states[name];
  const place = document.querySelector('#connection');
  // The text of a status is read aloud when it changes, so it is only written when it does.
  if (place.dataset.state === name) return;
  place.dataset.state = name;
  place.title = detail ?? '';
  place.replaceChildren(h('span', { class: `dot ${kind}` }), h('span', {}, text));
}

export function connect() {
  showConnection('waiting');
  on('offline', () => showConnection('offline', 'The server does not answer. What you typed is kept here.'));
  on('health', ({ status, reason, version, isolation }) => {
    if (status === 'ok') showConnection('ok', `Sandmartin ${version}, isolation: ${isolation.level}`);
    else showConnection(/queue/.test(reason) ? 'busy' : 'degraded', sentence(reason));
  });
  document
    .querySelector('#top-tools')
    .replaceChildren(
      button('Shortcuts', { picture: 'keyboard', quiet: true, onclick: showShortcuts, class: 'btn quiet wide-only' }),
      accountButton(),
      themeButton(),
    );
}

const themes = {
  light: ['sun', 'Theme: light'],
  dark: ['moon', 'Theme: dark'],
  system: ['monitor', 'Theme: as the system'],
};

function themeButton() {
  const names = Object.keys(themes);
  const control = button('', {
    quiet: true,
    onclick: () => {
      window.theme.choose(names[(names.indexOf(window.theme.choice) + 1) % names.length]);
      draw();
    },
  });
  const draw = () => {
    const [picture, text] = themes[window.theme.choice];
    control.replaceChildren(icon(picture), h('span', { class: 'label fallback' }, text.slice(7)));
    control.setAttribute('aria-label', `${text}. Switch`);
    control.title = text;
  };
  draw();
  return control;
}

// MARK: Shortcuts

const keys = [
  ['Ctrl Enter', 'Run the program (⌘ on a Mac)'],
  ['Ctrl .', 'Stop it'],
  ['Ctrl S', 'Save the open file'],
  ['Esc, then Tab', 'Leave the editor'],
  ['Ctrl Shift Esc', 'Leave the terminal'],
  ['Alt 1 – 7', 'Go to a view'],
  ['/', 'Filter the list in view'],
  ['?', 'This list'],
];

const singleKeys = () => store.get('shortcuts', true);

function showShortcuts() {
  const toggle = h('input', {
    type: 'checkbox',
    id: 'single-keys',
    checked: singleKeys(),
    onchange: () => store.set('shortcuts', toggle.checked),
  });
  dialog(
    'Keyboard',
    h(
      'div',
      {},
      h(
        'dl',
        { class: 'keys' },
        keys.map(([key, text]) => [
          h(
            'dt',
            {},
            key.split(' ').map((part) => (/^(–|then)$/.test(part) ? ` ${part} ` : h('kbd', {}, part))),
          ),
          h('dd', {}, text),
        ]),
      ),
      h(
        'p',
        { class: 'check' },
        toggle,
        h(
          'label',
          { htmlFor: 'single-keys' },
          'Use Alt 1 – 7, / and ?. Switch it off where the browser or a reader needs them.',
        ),
      ),
      health() &&
        h(
          'p',
          { class: 'hint' },
          `Sandmartin ${health().version}. Third-party parts: `,
          h('a', { href: '/LICENSES.txt' }, 'licenses'),
          '.',
        ),
    ),
  );
}

export function shortcuts({ views, go }) {
  addEventListener('keydown', (event) => {
    if (!singleKeys() || document.querySelector('dialog[open]')) return;
    const isTyping = event.target.closest?.('input,textarea,select,[contenteditable],.xterm');
    if (event.altKey && !event.ctrlKey && !event.metaKey && /^[1-9]$/.test(event.key)) {
      const view = views()[event.key - 1];
      if (!view) return;
      event.preventDefault();
      go(view);
    } else if (event.key === '?' && !isTyping) {
      showShortcuts();
    } else if (event.key === '/' && !isTyping) {
      const filter = document.querySelector('main > section:not([hidden]) input[type="search"]');
      if (!filter) return;
      event.preventDefault();
      filter.focus();
    }
  });
}
