// Tabs as the ARIA Authoring Practices describe them: one tab stop, arrow keys move, the panel follows.

import { h } from './ui.js';

/** `tabs`: `[{ name, title, el }]`. */
export function makeTabs(label, tabs, { onselect } = {}) {
  const parts = new Map();
  const strip = h('div', { class: 'tabs', role: 'tablist', 'aria-label': label });
  const panels = h('div', { class: 'panels' });
  for (const { name, title, el } of tabs) {
    const count = h('span', { class: 'count', hidden: true });
    const tab = h(
      'button',
      { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': `panel-${name}`, onclick: () => select(name) },
      title,
      count,
    );
    const panel = h('div', { role: 'tabpanel', id: `panel-${name}`, 'aria-labelledby': tab.id, class: 'panel' }, el);
    parts.set(name, { tab, panel, count });
    strip.append(tab);
    panels.append(panel);
  }
  const names = [...parts.keys()];
  let current = null;

  function select(name, focus = false) {
    current = name;
    for (const [each, { tab, panel }] of parts) {
      const isCurrent = each === name;
      tab.setAttribute('aria-selected', String(isCurrent));
      tab.tabIndex = isCurrent ? 0 : -1;
      panel.hidden = !isCurrent;
      if (isCurrent && focus) tab.focus();
    }
    onselect?.(name);
  }

  strip.addEventListener('keydown', (event) => {
    const index = names.indexOf(current);
    const next = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: names.length - 1 }[event.key];
    if (next === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    select(names[(next + names.length) % names.length], true);
  });
  select(names[0]);
  return {
    strip,
    panels,
    select,
    get current() {
      return current;
    },
    /** A number behind the title; `kind` colours it. Zero shows none. */
    count(name, number, kind = '') {
      const { count } = parts.get(name);
      count.hidden = !number;
      count.className = `count ${kind}`;
      count.textContent = number ? String(number) : '';
    },
  };
}
