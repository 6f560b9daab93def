// Who uses the page: signing in, signing out, and what may still be used.

import { account, on, onUnauthorized, signIn, signOut } from './api.js';
import { bytes, duration, number } from './format.js';
import { store } from './store.js';
import { button, dialog, field, h, icon, notice, trouble } from './ui.js';

/** A quota's name, words and how its numbers read. */
const quotas = [
  ['concurrent_runs', 'Programs at once', number],
  ['runs_per_minute', 'Programs in the last minute', number],
  ['cpu_seconds_per_hour', 'Processor time in the last hour', duration],
  ['sessions', 'Sessions', number],
  ['disk_mb', 'Files of sessions', (mb) => bytes(mb * 1_048_576)],
];

let asking = null;

/** Asks for a key until one is right or the reader gives up; resolves to whether somebody is signed in. */
export function askForKey() {
  asking ??= new Promise((resolve) => {
    let isIn = false;
    const input = h('input', { type: 'password', autocomplete: 'current-password', required: true, spellcheck: false });
    const wrong = h('div', { role: 'alert' });
    const enter = h('button', { class: 'btn primary' }, 'Sign in');
    const box = dialog(
      'Sign in',
      h(
        'form',
        {
          onsubmit: async (event) => {
            event.preventDefault();
            enter.disabled = true;
            wrong.replaceChildren();
            try {
              await signIn(input.value.trim());
              isIn = true;
              box.close();
            } catch (error) {
              wrong.replaceChildren(notice('bad', 'Not signed in', reason(error)));
              input.select();
            } finally {
              enter.disabled = false;
            }
          },
        },
        h('p', {}, 'This server needs an API key. Whoever runs it makes one with “sandmartin keys create”.'),
        field('API key', input, 'The page does not keep it: the server gives a cookie for it that no script can read.'),
        wrong,
        h('div', { class: 'bar end' }, enter),
      ),
      { onclose: () => resolve(isIn) },
    );
    input.focus();
  }).finally(() => {
    asking = null;
  });
  return asking;
}

function reason(error) {
  if (error.status === 404) return 'This server knows no signing in.';
  return error.retryAfter ? `${error.message} Try again in ${error.retryAfter} s.` : error.message;
}

/** The button in the header: who is signed in, and behind it what they may use. */
export function accountButton() {
  const control = button('', { quiet: true, onclick: open });
  let known = null;

  function draw(text, label) {
    control.replaceChildren(icon('user'), h('span', { class: 'label account-name' }, text));
    control.setAttribute('aria-label', label);
  }

  async function look() {
    try {
      known = await account();
    } catch {
      // The header tells what is wrong; who is signed in is asked again with the next look.
      return;
    }
    if (!known) draw('Sign in', 'Sign in');
    else if (known.owner === 'anonymous') draw('Guest', 'Account: no key');
    else draw(known.name, `Account: ${known.name}`);
  }

  async function open() {
    if (!known) {
      if (await askForKey()) look();
      return;
    }
    showAccount();
  }

  draw('Account', 'Account');
  look();
  on('account', look);
  on('back', look);
  onUnauthorized(askForKey);
  return control;
}

function showAccount() {
  const body = h('div', { class: 'account' }, h('p', { class: 'hint' }, 'Asking the server …'));
  dialog('Account', body);
  load();

  async function load() {
    try {
      const known = await account();
      if (known) draw(known);
    } catch (error) {
      body.replaceChildren(trouble('The account is not known', error, load));
    }
  }

  function draw({ owner, name, role, quota, usage }) {
    const isGuest = owner === 'anonymous';
    body.replaceChildren(
      h(
        'p',
        {},
        isGuest
          ? 'You use this server without a key, as everybody at this machine may.'
          : ['Signed in as ', h('strong', {}, name), role === 'administrator' ? ', an administrator.' : '.'],
      ),
      h(
        'dl',
        { class: 'quotas' },
        quotas.map(([key, title, format]) => row(title, usage[key], quota[key], format)),
      ),
      h(
        'div',
        { class: 'bar end' },
        isGuest
          ? button('Sign in with a key', { onclick: () => askForKey() })
          : button('Sign out', { picture: 'log-out', onclick: leave }),
      ),
    );
  }

  function row(title, used, most, format) {
    const isBounded = most != null;
    return h(
      'div',
      {},
      h('dt', {}, title),
      h('dd', {}, isBounded ? `${format(used)} of ${format(most)}` : `${format(used)}, no limit of its own`),
      isBounded && h('dd', {}, h('progress', { max: Math.max(most, 1e-9), value: used, 'aria-label': title })),
    );
  }

  async function leave() {
    try {
      await signOut();
    } catch (error) {
      body.prepend(trouble('You are still signed in', error, leave));
      return;
    }
    // What the page has on it belongs to whoever was signed in.
    for (const name of ['runs', 'terminals', 'session']) store.remove(name);
    location.hash = '';
    location.reload();
  }
}
