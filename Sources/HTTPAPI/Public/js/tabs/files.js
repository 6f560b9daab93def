import { can } from '../api.js';
import { droppedFiles } from '../files/dropped.js';
import { makeOpenFile } from '../files/open-file.js';
import { copyFile, download, folderOf, inFolder, listFolder, makeFolder, move, remove, writeFile } from '../files/remote.js';
import { makeTree } from '../files/tree.js';
import { makeUploads } from '../files/uploads.js';
import { bytes } from '../format.js';
import { makePicker } from '../sessions/picker.js';
import { create, get } from '../sessions/sessions.js';
import { watchSession } from '../sessions/watch.js';
import { asked, button, confirmed, empty, h, icon, notice, toast, trouble } from '../ui.js';

export function make() {
  let session = null;
  let watching = null;
  /** The refresh that goes on, and whether something changed since it began. */
  let refreshing = null;
  let isStale = false;

  const crumbs = h('nav', { class: 'crumbs', 'aria-label': 'Folder' });
  const message = h('div', {});
  const hint = h('div', { class: 'tree-hint' });
  const quota = h('div', { class: 'quota' });
  const tree = makeTree({
    read: (path) => listFolder(session.id, path),
    on: {
      select: () => drawSelection(),
      open: (entry) => open(entry),
      rename: (entry) => rename(entry),
      remove: (entry) => erase(entry),
      failed: (error) => toast(error.message),
    },
  });
  const uploads = makeUploads({ done: () => refresh() });
  const file = makeOpenFile({ download: (entry) => download(session.id, entry), saved: () => refresh() });
  const picker = makePicker({
    choose: (chosen) => {
      location.hash = addressOf(chosen.id, '');
    },
    failed: (error) => message.replaceChildren(trouble('No session was made', error)),
  });
  const chooser = h('input', {
    type: 'file',
    multiple: true,
    hidden: true,
    'aria-label': 'Files to upload',
    onchange: () => {
      send([...chooser.files].map((each) => ({ file: each, path: each.name })), folder());
      chooser.value = '';
    },
  });
  const terminalLink = h('a', { class: 'btn' }, icon('square-terminal'), 'Open terminal');
  const tools = {
    rename: iconButton('Rename or move', 'pencil', () => rename(tree.selected)),
    copy: iconButton('Copy', 'copy', () => duplicate(tree.selected)),
    download: iconButton('Download', 'download', () => fetchSelected()),
    remove: iconButton('Delete', 'trash-2', () => erase(tree.selected)),
  };
  const browser = h(
    'div',
    { class: 'card browser' },
    h('div', { class: 'bar browser-head' }, crumbs),
    h(
      'div',
      { class: 'bar browser-tools', role: 'toolbar', 'aria-label': 'Files' },
      button('New file', { picture: 'file-plus', compact: true, onclick: newFile }),
      button('New folder', { picture: 'folder-plus', compact: true, onclick: newFolder }),
      button('Upload', { picture: 'upload', compact: true, onclick: () => chooser.click() }),
      chooser,
      h('span', { class: 'tool-gap' }),
      Object.values(tools),
    ),
    message,
    h('div', { class: 'tree-place scroll' }, tree.el, hint),
    uploads.el,
    quota,
  );
  const el = h(
    'section',
    { class: 'page fill' },
    h('div', { class: 'bar head' }, h('h1', {}, 'Files'), picker.el, h('span', { class: 'grow' }), terminalLink),
    h('div', { class: 'files-split' }, browser, file.el),
  );

  const addressOf = (id, path) =>
    `#/files/${encodeURIComponent(id)}${path ? `/${path.split('/').map(encodeURIComponent).join('/')}` : ''}`;
  /** Where new things go: the folder that is selected, or the one of the file that is. */
  const folder = () => {
    const entry = tree.selected;
    return entry ? (entry.isFolder ? entry.path : folderOf(entry.path)) : '';
  };

  // MARK: Reading

  /** Ends when everything is shown that had happened when it was called. */
  function refresh() {
    isStale = true;
    refreshing ??= refreshAll().finally(() => {
      refreshing = null;
    });
    return refreshing;
  }

  async function refreshAll() {
    while (isStale && session) {
      isStale = false;
      await refreshOnce();
    }
  }

  async function refreshOnce() {
    try {
      await tree.refresh();
      message.replaceChildren();
      file.noticed(file.path === null ? null : tree.find(file.path));
      const fresh = await get(session.id);
      // Another one may have been chosen meanwhile.
      if (session?.id !== fresh.id) return;
      session = fresh;
      drawQuota();
    } catch (error) {
      if (error.code === 'not_found') gone();
      else message.replaceChildren(trouble('The files cannot be read', error, refresh));
    }
    if (session) drawSelection();
  }

  function gone() {
    stopWatching();
    message.replaceChildren(
      notice('warn', 'This session has ended', 'Its files are gone. Choose another session, or make a new one.'),
    );
  }

  function drawSelection() {
    const entry = tree.selected;
    const parts = folder() ? folder().split('/') : [];
    crumbs.replaceChildren(
      icon('folder-open'),
      h('a', { href: addressOf(session.id, ''), 'aria-current': parts.length === 0 ? 'page' : null }, 'workspace'),
      ...parts.flatMap((part, index) => [
        h('span', { class: 'hint', 'aria-hidden': 'true' }, '/'),
        h(
          'a',
          {
            href: addressOf(session.id, parts.slice(0, index + 1).join('/')),
            'aria-current': index === parts.length - 1 ? 'page' : null,
          },
          part,
        ),
      ]),
    );
    tools.rename.disabled = tools.copy.disabled = tools.remove.disabled = !entry;
    const what = entry ? entry.name : 'the workspace';
    for (const [label, control] of [
      ['Rename or move', tools.rename],
      ['Copy', tools.copy],
      ['Download', tools.download],
      ['Delete', tools.remove],
    ]) {
      control.setAttribute('aria-label', `${label} ${what}`);
      control.title = `${label} ${what}`;
    }
    tree.el.hidden = tree.isEmpty;
    hint.replaceChildren(
      tree.isEmpty
        ? empty('folder-open', 'An empty workspace', 'Drop files here, or make one. What programs of the session write appears by itself.')
        : '',
    );
  }

  function drawQuota() {
    const used = session.usage?.disk_bytes;
    const most = session.limits?.disk_mb && session.limits.disk_mb * 1_048_576;
    quota.replaceChildren(
      ...(used != null && most
        ? [
            h(
              'label',
              {},
              h('span', { class: 'hint' }, `${bytes(used)} of ${bytes(most)} used`),
              h('progress', { max: most, value: used }),
            ),
          ]
        : []),
    );
  }

  async function open(entry) {
    if (entry.path === file.path) return;
    if (!(await file.open(session.id, entry))) return;
    history.replaceState(null, '', addressOf(session.id, entry.path));
    drawSelection();
  }

  // MARK: Changing

  async function act(what, work) {
    try {
      await work();
      await refresh();
    } catch (error) {
      message.replaceChildren(trouble(what, error));
    }
  }

  async function newFile() {
    const place = folder();
    const name = await asked('New file', 'Name', { action: 'Create', hint: place ? `In ${place}.` : undefined });
    if (!name) return;
    const path = inFolder(place, name);
    await act(`${name} was not made`, async () => {
      await writeFile(session.id, path, '', null);
      await tree.refresh();
      const entry = await tree.reveal(path);
      if (entry) await open(entry);
    });
  }

  async function newFolder() {
    const place = folder();
    const name = await asked('New folder', 'Name', { action: 'Create', hint: place ? `In ${place}.` : undefined });
    if (!name) return;
    await act(`${name} was not made`, async () => {
      const { path } = await makeFolder(session.id, inFolder(place, name));
      await tree.refresh();
      await tree.reveal(path);
    });
  }

  async function rename(entry) {
    if (!entry) return;
    const to = await asked(`Rename or move ${entry.name}`, 'New path', {
      value: entry.path,
      action: 'Move',
      hint: 'From the top of the workspace; another folder moves it there.',
    });
    if (!to || to === entry.path) return;
    await act(`${entry.name} was not moved`, async () => {
      const moved = await move(session.id, entry.path, to);
      file.moved(entry.path, moved);
      await tree.refresh();
      await tree.reveal(moved.path);
    });
  }

  async function duplicate(entry) {
    if (!entry) return;
    const to = await asked(`Copy ${entry.name}`, 'Path of the copy', { value: copyName(entry), action: 'Copy' });
    if (!to) return;
    await act(`${entry.name} was not copied`, async () => {
      const made = await copyFile(session.id, entry.path, to);
      await tree.refresh();
      await tree.reveal(made.path);
    });
  }

  async function erase(entry) {
    if (!entry) return;
    const isSure = await confirmed(
      `Delete ${entry.name}?`,
      entry.isFolder ? 'Everything in it goes too. This cannot be undone.' : 'This cannot be undone.',
      'Delete',
    );
    if (!isSure) return;
    await act(`${entry.name} was not deleted`, async () => {
      await remove(session.id, entry);
      if (file.path === entry.path || file.path?.startsWith(`${entry.path}/`)) file.close();
    });
  }

  function fetchSelected() {
    download(session.id, tree.selected ?? { path: '', name: 'workspace', isFolder: true });
  }

  function send(files, into) {
    for (const { file: each, path } of files) uploads.add(session.id, inFolder(into, path), each);
  }

  browser.addEventListener('dragover', (event) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    browser.dataset.drop = 'true';
    tree.markDrop(tree.folderAt(event.target));
  });
  const endDrop = () => {
    delete browser.dataset.drop;
    tree.markDrop(null);
  };
  browser.addEventListener('dragleave', (event) => {
    if (!browser.contains(event.relatedTarget)) endDrop();
  });
  browser.addEventListener('drop', async (event) => {
    event.preventDefault();
    const into = tree.folderAt(event.target);
    endDrop();
    try {
      send(await droppedFiles(event.dataTransfer), into);
      await tree.expand(into);
    } catch (error) {
      message.replaceChildren(trouble('Nothing was uploaded', error));
    }
  });

  // MARK: Sessions

  async function start(wanted) {
    const chosen = await picker.fill(wanted);
    if (!chosen) {
      drawNone(wanted);
      return false;
    }
    el.classList.remove('no-session');
    const isSame = chosen.id === session?.id;
    if (!isSame) {
      if (session && !(await file.mayLeave())) {
        location.hash = addressOf(session.id, file.path ?? '');
        return false;
      }
      session = chosen;
      stopWatching();
      file.close();
      tree.clear();
    }
    session = chosen;
    if (!watching) {
      watch();
      // What happened while this view was not shown.
      if (isSame) refresh();
    }
    terminalLink.href = `#/terminal/${encodeURIComponent(session.id)}`;
    terminalLink.hidden = !can('terminal');
    return true;
  }

  function drawNone(wanted) {
    session = null;
    stopWatching();
    el.classList.add('no-session');
    message.replaceChildren(
      wanted
        ? notice('warn', 'There is no such session', 'It has ended, or it is somebody else’s.')
        : '',
      empty(
        'folder',
        'No session yet',
        'Files belong to a session: a sandbox that lasts. Programs and terminals in it see the same files.',
        button('Start one', {
          picture: 'plus',
          primary: true,
          onclick: async () => {
            try {
              location.hash = addressOf((await create()).id, '');
            } catch (error) {
              message.replaceChildren(trouble('No session was made', error));
            }
          },
        }),
      ),
    );
  }

  function stopWatching() {
    watching?.abort();
    watching = null;
  }

  function watch() {
    watching = new AbortController();
    watchSession(session.id, watching.signal, { changed: refresh, ended: gone });
  }

  return {
    el,
    async show({ path: [id, ...rest] }) {
      try {
        message.replaceChildren();
        if (!(await start(id))) return;
        const path = rest.join('/');
        const entry = await tree.reveal(path);
        drawSelection();
        drawQuota();
        if (entry && !entry.isFolder) await open(entry);
        if (path && !entry)
          message.replaceChildren(notice('warn', 'Not there', `${path} does not exist in this session.`));
      } catch (error) {
        message.replaceChildren(trouble('The files cannot be read', error, () => this.show({ path: [id, ...rest] })));
      }
    },
    hide: stopWatching,
  };
}

/** Its name is in its label and its title, as the icon stands alone. */
const iconButton = (label, picture, onclick) =>
  h(
    'button',
    { type: 'button', class: 'btn quiet compact icon-only', 'aria-label': label, title: label, onclick },
    icon(picture),
    h('span', { class: 'label fallback' }, label),
  );

/** `notes copy.txt` of `notes.txt`. */
function copyName({ path, name }) {
  const dot = name.lastIndexOf('.');
  const [stem, end] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  return inFolder(folderOf(path), `${stem} copy${end}`);
}
