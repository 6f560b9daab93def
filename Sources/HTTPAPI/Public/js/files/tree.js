// A tree of files as the ARIA Authoring Practices describe it: one tab stop, arrow keys move, open and close. What is not
// open is not read.

import { ago, bytes } from '../format.js';
import { h, icon } from '../ui.js';
import { folderOf } from './remote.js';

const pictures = { directory: 'folder', link: 'external-link', file: 'file' };

/**
 * `read(path)` answers `{ entries, isWhole }`. `on.select(entry)`, `on.open(entry)`, `on.rename(entry)`, `on.remove(entry)`,
 * `on.drop(folder, transfer)`.
 */
export function makeTree({ read, on }) {
  const el = h('ul', { class: 'tree', role: 'tree', 'aria-label': 'Files', onkeydown: pressed });
  /** Path of each open folder → `{ entries, isWhole, error }`; the workspace itself is always open. */
  let folders = new Map();
  let selected = null;
  let rows = [];

  async function load(path) {
    const before = folders.get(path);
    try {
      folders.set(path, await read(path));
    } catch (error) {
      // What was there stays in sight when the connection is lost; what is gone goes.
      if (error.code === 'not_found' && path !== '') folders.delete(path);
      else if (!before || path === '') throw error;
    }
  }

  /** Reads all open folders again. */
  async function refresh() {
    await Promise.all([...new Set(['', ...folders.keys()])].map(load));
    for (const path of folders.keys()) if (path !== '' && !isThere(path)) folders.delete(path);
    draw();
  }

  const isThere = (path) => folders.get(folderOf(path))?.entries.some((each) => each.path === path) ?? false;

  function find(path) {
    return folders.get(folderOf(path))?.entries.find((each) => each.path === path) ?? null;
  }

  /** Opens the folders on the way to a path, selects it and answers its entry; null when it is not there. */
  async function reveal(path) {
    const parts = path ? path.split('/') : [];
    if (!folders.has('')) await load('');
    let entry = null;
    for (let length = 1; length <= parts.length; length += 1) {
      entry = find(parts.slice(0, length).join('/'));
      if (!entry) break;
      if (entry.isFolder && !folders.has(entry.path)) await load(entry.path);
    }
    selected = entry?.path ?? null;
    draw();
    return path ? entry : null;
  }

  function visible(path, level) {
    const { entries, isWhole } = folders.get(path) ?? { entries: [], isWhole: true };
    const list = entries.flatMap((entry, index) => [
      { entry, level, position: index + 1, size: entries.length },
      ...(entry.isFolder && folders.has(entry.path) ? visible(entry.path, level + 1) : []),
    ]);
    return isWhole ? list : [...list, { note: `Only the first ${entries.length} are shown.`, level }];
  }

  function draw() {
    const hadFocus = el.contains(document.activeElement);
    rows = visible('', 1);
    const items = rows.filter(({ entry }) => entry);
    const stop = items.some(({ entry }) => entry.path === selected) ? selected : items[0]?.entry.path;
    el.replaceChildren(
      ...rows.map((row) => (row.entry ? item(row, row.entry.path === stop) : h('li', { role: 'none', class: 'hint pad' }, row.note))),
    );
    if (hadFocus) focus(stop);
  }

  function item({ entry, level, position, size }, isStop) {
    const isOpen = entry.isFolder && folders.has(entry.path);
    const picture = entry.isFolder && isOpen ? 'folder-open' : (pictures[entry.type] ?? 'file');
    const li = h(
      'li',
      {
        role: 'treeitem',
        tabIndex: isStop ? 0 : -1,
        'aria-level': level,
        'aria-setsize': size,
        'aria-posinset': position,
        'aria-selected': String(entry.path === selected),
        'aria-expanded': entry.isFolder ? String(isOpen) : null,
        dataset: { path: entry.path },
        onclick: () => {
          select(entry);
          activate(entry);
        },
      },
      h('span', { class: 'tree-twist', 'aria-hidden': 'true' }, entry.isFolder ? icon(isOpen ? 'chevron-down' : 'chevron-right') : ''),
      icon(picture),
      h('span', { class: 'tree-name' }, entry.name, entry.target && h('span', { class: 'hint' }, ` → ${entry.target}`)),
      h('span', { class: 'tree-size' }, entry.isFolder ? '' : bytes(entry.size)),
      h('span', { class: 'tree-age' }, ago(entry.modified)),
    );
    li.style.setProperty('--level', level);
    return li;
  }

  function select(entry) {
    selected = entry?.path ?? null;
    for (const each of el.children) {
      const isIt = each.dataset.path === selected;
      if (each.getAttribute('role') === 'none') continue;
      each.setAttribute('aria-selected', String(isIt));
      each.tabIndex = isIt ? 0 : -1;
    }
    on.select(entry);
  }

  function focus(path) {
    el.querySelector(`[data-path="${CSS.escape(path ?? '')}"]`)?.focus({ preventScroll: false });
  }

  async function activate(entry) {
    if (!entry.isFolder) {
      on.open(entry);
      return;
    }
    if (folders.has(entry.path)) close(entry.path);
    else await load(entry.path).catch(on.failed);
    draw();
  }

  function close(path) {
    for (const each of [...folders.keys()]) if (each === path || each.startsWith(`${path}/`)) folders.delete(each);
  }

  function pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const items = rows.filter(({ entry }) => entry).map(({ entry }) => entry);
    const index = items.findIndex(({ path }) => path === event.target.dataset?.path);
    const entry = items[index];
    if (!entry) return;
    const go = (to) => {
      if (!to) return;
      select(to);
      focus(to.path);
    };
    const keys = {
      ArrowDown: () => go(items[index + 1]),
      ArrowUp: () => go(items[index - 1]),
      Home: () => go(items[0]),
      End: () => go(items.at(-1)),
      ArrowRight: () => {
        if (entry.isFolder && !folders.has(entry.path)) activate(entry);
        else if (items[index + 1] && folderOf(items[index + 1].path) === entry.path) go(items[index + 1]);
      },
      ArrowLeft: () => {
        if (entry.isFolder && folders.has(entry.path)) activate(entry);
        else go(find(folderOf(entry.path)));
      },
      Enter: () => activate(entry),
      ' ': () => activate(entry),
      F2: () => on.rename(entry),
      Delete: () => on.remove(entry),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  // MARK: Dropping

  /** The folder under the pointer, or the one of the file there. */
  function folderAt(target) {
    const path = target.closest?.('[data-path]')?.dataset.path;
    if (path === undefined) return '';
    return find(path)?.isFolder ? path : folderOf(path);
  }

  function markDrop(folder) {
    for (const each of el.children) each.toggleAttribute('data-drop', folder !== null && each.dataset.path === folder);
  }

  return {
    el,
    load,
    refresh,
    reveal,
    folderAt,
    markDrop,
    find,
    /** Opens a folder, so that what is put in it is seen. */
    async expand(path) {
      if (path !== '' && !folders.has(path)) await load(path);
    },
    /** What was read of another session is forgotten. */
    clear() {
      folders = new Map();
      selected = null;
      draw();
    },
    get isEmpty() {
      return (folders.get('')?.entries.length ?? 0) === 0;
    },
    get selected() {
      return selected === null ? null : find(selected);
    },
    focus() {
      (el.querySelector('[tabindex="0"]') ?? el).focus();
    },
  };
}
