import { can } from '../api.js';
import { ago, bytes } from '../format.js';
import { makeOpenFile } from '../files/open-file.js';
import { download, listFolder, makeFolder, move, remove, writeFile } from '../files/remote.js';
import { makeUploads } from '../files/uploads.js';
import { changes, makePicker } from '../sessions/sessions.js';
import { asked, button, confirmed, empty, h, icon, notice, save, toast } from '../ui.js';

export function make() {
  let session = null;
  let folder = '';
  let watching = null;
  const crumbs = h('nav', { class: 'crumbs', 'aria-label': 'Folder' });
  const body = h('div', { class: 'file-rows scroll', tabIndex: 0, role: 'region', 'aria-label': 'Files' });
  const quota = h('div', { class: 'quota' });
  const uploads = makeUploads({ done: () => load() });
  const file = makeOpenFile({ download: fetchFile, saved: () => load() });
  const picker = makePicker((chosen) => {
    location.hash = addressOf(chosen.id, '');
  });
  const chooser = h('input', {
    type: 'file',
    multiple: true,
    hidden: true,
    onchange: () => {
      send([...chooser.files]);
      chooser.value = '';
    },
  });
  const terminalLink = h('a', { class: 'btn compact' }, icon('square-terminal'), 'Terminal');
  const browser = h(
    'div',
    { class: 'card browser' },
    h('div', { class: 'bar pad small' }, crumbs, h('span', { class: 'grow' })),
    h(
      'div',
      { class: 'bar small browser-tools' },
      button('New file', { picture: 'plus', compact: true, onclick: newFile }),
      button('New folder', { picture: 'folder-plus', compact: true, onclick: newFolder }),
      button('Upload', { picture: 'upload', compact: true, onclick: () => chooser.click() }),
      chooser,
      button('Download folder', {
        picture: 'download',
        compact: true,
        onclick: () => fetchFile({ path: folder, name: folder.split('/').at(-1) || 'workspace', isFolder: true }),
      }),
    ),
    body,
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
  const inFolder = (name) => (folder ? `${folder}/${name}` : name);

  // MARK: Reading

  async function load() {
    if (!session) return;
    const asked = folder;
    try {
      const entries = await listFolder(session.id, folder);
      if (asked === folder) draw(entries);
    } catch (error) {
      body.replaceChildren(
        notice(
          'bad',
          'This folder cannot be read',
          error.message,
          button('Try again', { picture: 'refresh-cw', onclick: load }),
          ...(folder
            ? [
                button('To the top', {
                  onclick: () => {
                    location.hash = addressOf(session.id, '');
                  },
                }),
              ]
            : []),
        ),
      );
    }
    drawCrumbs();
    drawQuota();
  }

  function draw(entries) {
    if (entries.length === 0) {
      body.replaceChildren(empty('folder-open', 'An empty folder', 'Drop files here, or make one.'));
      return;
    }
    const focused = document.activeElement?.dataset?.path;
    body.replaceChildren(h('ul', {}, entries.map(row)));
    if (focused) body.querySelector(`[data-path="${CSS.escape(focused)}"]`)?.focus();
  }

  function row(entry) {
    const { name, path, isFolder, size, modified } = entry;
    const label = (text) => ({ compact: true, quiet: true, 'aria-label': `${text} ${name}` });
    return h(
      'li',
      { 'data-open': path === file.path },
      isFolder
        ? h('a', { class: 'file-name', href: addressOf(session.id, path), dataset: { path } }, icon('folder'), name)
        : h(
            'button',
            { type: 'button', class: 'file-name', dataset: { path }, onclick: () => open(entry) },
            icon('file-text'),
            name,
          ),
      h('span', { class: 'hint' }, isFolder ? '' : bytes(size)),
      h('span', { class: 'hint wide-only' }, modified ? ago(Date.parse(modified)) : ''),
      h(
        'span',
        { class: 'row-tools' },
        button('Rename', { ...label('Rename or move'), onclick: () => rename(entry) }),
        button('Download', { ...label('Download'), onclick: () => fetchFile(entry) }),
        button('Delete', { ...label('Delete'), onclick: () => erase(entry) }),
      ),
    );
  }

  async function open(entry) {
    await file.open(session.id, entry);
    for (const item of body.querySelectorAll('li'))
      item.dataset.open = String(item.querySelector('[data-path]').dataset.path === file.path);
  }

  function drawCrumbs() {
    const parts = folder ? folder.split('/') : [];
    crumbs.replaceChildren(
      h('a', { href: addressOf(session.id, '') }, 'workspace'),
      ...parts.flatMap((part, index) => [
        h('span', { 'aria-hidden': 'true' }, '/'),
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
  }

  function drawQuota() {
    const used = session.usage?.disk_bytes;
    const most = session.limits?.disk_mb && session.limits.disk_mb * 1048576;
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

  /** Reads the folder again when something in it changed, not more than a few times a second. */
  async function watch() {
    watching?.abort();
    watching = new AbortController();
    const { signal } = watching;
    let timer = null;
    try {
      for await (const { name } of changes(session.id, signal)) {
        if (!/file/.test(name)) continue;
        timer ??= setTimeout(() => {
          timer = null;
          load();
        }, 300);
      }
    } catch (error) {
      if (!signal.aborted) console.info('changes are not followed', error.message);
    }
  }

  // MARK: Changing

  async function act(work) {
    try {
      await work();
    } catch (error) {
      toast(error.message);
    }
    await load();
  }

  async function newFile() {
    const name = await asked('New file', 'Name', { action: 'Create' });
    if (!name) return;
    await act(async () => {
      await writeFile(session.id, inFolder(name), '', null);
      await open({ name, path: inFolder(name), size: 0 });
    });
  }

  async function newFolder() {
    const name = await asked('New folder', 'Name', { action: 'Create' });
    if (name) await act(() => makeFolder(session.id, inFolder(name)));
  }

  async function rename({ path, name }) {
    const to = await asked(`Rename or move ${name}`, 'New path', {
      value: path,
      action: 'Move',
      hint: 'From the top of the workspace; another folder moves it there.',
    });
    if (to && to !== path) await act(() => move(session.id, path, to));
  }

  async function erase({ path, name, isFolder }) {
    if (
      await confirmed(
        `Delete ${name}?`,
        isFolder ? 'Everything in it goes too. This cannot be undone.' : 'This cannot be undone.',
        'Delete',
      )
    )
      await act(() => remove(session.id, path));
  }

  async function fetchFile(entry) {
    try {
      save(entry.isFolder ? `${entry.name}.tar.gz` : entry.name, [await download(session.id, entry)]);
    } catch (error) {
      toast(error.message);
    }
  }

  function send(files) {
    for (const each of files) uploads.add(session.id, inFolder(each.name), each);
  }

  browser.addEventListener('dragover', (event) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    browser.dataset.drop = 'true';
  });
  browser.addEventListener('dragleave', () => {
    delete browser.dataset.drop;
  });
  browser.addEventListener('drop', (event) => {
    event.preventDefault();
    delete browser.dataset.drop;
    send([...event.dataTransfer.files]);
  });

  body.replaceChildren(h('p', { class: 'hint pad' }, 'Asking the server …'));
  return {
    el,
    async show({ path: [id, ...rest] }) {
      try {
        const chosen = await picker.fill(id);
        const isOther = chosen.id !== session?.id;
        session = chosen;
        folder = rest.join('/');
        terminalLink.href = `#/terminal/${encodeURIComponent(session.id)}`;
        terminalLink.hidden = !can('terminal');
        await load();
        if (isOther) watch();
      } catch (error) {
        body.replaceChildren(notice('bad', 'No session to show', error.message));
      }
    },
  };
}
