// Making elements. Text is always text: nothing in this page sets markup from a string.

import { has } from './vendor.js';

/** `h('div', { class: 'x', onclick }, child, 'text')` makes an element. */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (value == null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'class') element.className = value;
    else if (key === 'dataset') Object.assign(element.dataset, value);
    else if (key in element && key !== 'list' && key !== 'form') element[key] = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(2).filter((child) => child != null && child !== false));
  return element;
}

const svg = (tag) => document.createElementNS('http://www.w3.org/2000/svg', tag);

/** A picture beside a word; never the only thing that says something. */
export function icon(name, extra = '') {
  if (!has('icons')) return '';
  const picture = svg('svg');
  const use = svg('use');
  picture.setAttribute('class', `icon ${extra}`);
  picture.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `/vendor/icons.svg#${name}`);
  picture.append(use);
  return picture;
}

export function button(label, { picture, quiet, primary, danger, compact, ...properties } = {}) {
  const look = [primary && 'primary', quiet && 'quiet', danger && 'danger', compact && 'compact'].filter(Boolean);
  return h(
    'button',
    { type: 'button', class: ['btn', ...look].join(' '), ...properties },
    picture && icon(picture),
    h('span', { class: 'label' }, label),
  );
}

/** A select with its label. `options`: strings or `{ value, label, disabled }`. */
export function select(label, options, { onchange, value, hideLabel, ...properties } = {}) {
  const box = h(
    'select',
    { onchange, ...properties },
    options.map((option) => {
      const {
        value: key,
        label: text,
        disabled,
      } = typeof option === 'string' ? { value: option, label: option } : option;
      return h('option', { value: key, disabled, selected: key === value }, text);
    }),
  );
  if (hideLabel) box.setAttribute('aria-label', label);
  return { box, field: hideLabel ? box : field(label, box) };
}

let fieldCount = 0;

/** A control under its label, with a hint if there is one. */
export function field(label, control, hint) {
  control.id ||= `field-${++fieldCount}`;
  const note = hint && h('span', { class: 'hint', id: `${control.id}-hint` }, hint);
  if (note) control.setAttribute('aria-describedby', note.id);
  return h('div', { class: 'field' }, h('label', { htmlFor: control.id }, label), control, note);
}

export const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Says something in passing; what must stay readable is written into the view as well. */
export function toast(text) {
  const note = h('div', { class: 'toast' }, text);
  document.querySelector('#toasts').append(note);
  setTimeout(() => note.remove(), 5000);
}

/** A part of a view that has nothing to show, with the reason and the next step. */
export function empty(picture, title, text, ...actions) {
  return h(
    'div',
    { class: 'empty' },
    icon(picture, 'big'),
    h('p', { class: 'empty-title' }, title),
    text && h('p', {}, text),
    actions.length > 0 && h('div', { class: 'bar center' }, actions),
  );
}

export function notice(kind, title, text, ...actions) {
  const picture = { bad: 'circle-x', warn: 'triangle-alert', ok: 'circle-check', info: 'info' }[kind];
  return h(
    'div',
    { class: `notice ${kind}` },
    icon(picture),
    h(
      'div',
      {},
      h('strong', {}, title),
      text && h('p', {}, text),
      actions.some(Boolean) && h('div', { class: 'bar' }, actions),
    ),
  );
}

/** What is shown in place of something that the server did not give: why, and a way to ask again. */
export function trouble(title, error, retry, ...actions) {
  const again = retry && button('Try again', { picture: 'refresh-cw', compact: true, onclick: () => retry() });
  if (error.isOffline)
    return notice('bad', title, 'The server cannot be reached. Check that it runs, then try again.', again, ...actions);
  const text = error.retryAfter ? `${error.message} Try again in ${error.retryAfter} s.` : error.message;
  return notice(error.isBusy ? 'warn' : 'bad', title, text, again, ...actions);
}

export function pill(kind, picture, text) {
  return h('span', { class: `pill ${kind}` }, icon(picture, picture === 'loader-circle' ? 'spin' : ''), text);
}

/** A dialog of the browser's own kind: it keeps the focus inside, and Escape closes it. */
export function dialog(title, content, { onclose, wide } = {}) {
  const heading = h('h2', {}, title);
  heading.id = `dialog-${++fieldCount}`;
  const box = h(
    'dialog',
    { class: wide ? 'wide-dialog' : '', 'aria-labelledby': heading.id },
    h(
      'form',
      { method: 'dialog' },
      h(
        'div',
        { class: 'dialog-head' },
        heading,
        h(
          'button',
          { class: 'btn quiet compact', 'aria-label': 'Close', value: 'close' },
          icon('x'),
          h('span', { class: 'label fallback' }, 'Close'),
        ),
      ),
    ),
    content,
  );
  box.addEventListener('close', () => {
    box.remove();
    onclose?.(box.returnValue);
  });
  document.body.append(box);
  box.showModal();
  return box;
}

/** Asks before something that cannot be undone. */
export function confirmed(title, text, action) {
  return new Promise((resolve) => {
    let answer = false;
    const box = dialog(
      title,
      h(
        'div',
        {},
        h('p', {}, text),
        h(
          'div',
          { class: 'bar end' },
          button('Cancel', { onclick: () => box.close() }),
          button(action, {
            danger: true,
            onclick: () => {
              answer = true;
              box.close();
            },
          }),
        ),
      ),
      { onclose: () => resolve(answer) },
    );
  });
}

/** Asks for one line of text; null when the question was dismissed. */
export function asked(title, label, { value = '', action = 'OK', hint } = {}) {
  return new Promise((resolve) => {
    const input = h('input', { type: 'text', value, spellcheck: false, autocomplete: 'off' });
    let answer = null;
    const box = dialog(
      title,
      h(
        'form',
        {
          onsubmit: (event) => {
            event.preventDefault();
            answer = input.value.trim() || null;
            box.close();
          },
        },
        field(label, input, hint),
        h(
          'div',
          { class: 'bar end' },
          button('Cancel', { onclick: () => box.close() }),
          h('button', { class: 'btn primary' }, action),
        ),
      ),
      { onclose: () => resolve(answer) },
    );
    input.select();
  });
}

/** Copies, or shows the text to be copied by hand where the browser does not let the page (plain HTTP from afar). */
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    toast(`${what} copied`);
  } catch {
    const area = h('textarea', { class: 'code', readOnly: true, rows: 6, value: text });
    dialog(`Copy the ${what.toLowerCase()}`, field('Select all and copy', area));
    area.select();
  }
}

export function save(name, parts, type = 'application/octet-stream') {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
