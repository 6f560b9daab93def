// One file in the editor: read, change, save over the version that was read.

import { makeEditor } from '../editor.js';
import { bytes } from '../format.js';
import { button, confirmed, empty, h, notice, toast } from '../ui.js';
import { readFile, writeFile } from './remote.js';

const LARGEST = 2 * 1024 * 1024;

export function makeOpenFile({ download, saved }) {
  const el = h('div', { class: 'card open-file' });
  let editor = null;
  let file = null;
  let isChanged = false;

  const title = h('h2', {});
  const mark = h('span', { class: 'tag warn', role: 'status', hidden: true }, 'not saved');
  const message = h('div', {});
  const host = h('div', { class: 'editor-host' });
  const saveButton = button('Save', {
    picture: 'save',
    primary: true,
    compact: true,
    'aria-keyshortcuts': 'Control+S',
    onclick: () => save(),
  });

  function changed(now) {
    isChanged = now;
    mark.hidden = !now;
  }

  async function open(session, entry) {
    if (!(await mayLeave())) return;
    changed(false);
    message.replaceChildren();
    if (entry.size > LARGEST)
      return showNotice(
        entry,
        'It is too large to edit here',
        `${bytes(entry.size)}; the editor takes files up to ${bytes(LARGEST)}.`,
      );
    try {
      const { bytes: data, version } = await readFile(session, entry.path);
      const text = textOf(data);
      if (text === null)
        return showNotice(entry, 'It is not text', `${bytes(entry.size)} of something else. Save it to look inside.`);
      editor ??= await makeEditor({
        label: 'File contents',
        commands: { 'Mod-s': () => save() },
        onchange: () => changed(true),
      });
      file = { session, path: entry.path, version };
      title.textContent = entry.path;
      host.replaceChildren(editor.el);
      el.replaceChildren(
        h(
          'div',
          { class: 'bar pad' },
          title,
          mark,
          h('span', { class: 'grow' }),
          button('Download', { picture: 'download', compact: true, onclick: () => download(entry) }),
          saveButton,
        ),
        message,
        host,
      );
      editor.setText(text);
      editor.setLanguage(entry.name);
    } catch (error) {
      el.replaceChildren(notice('bad', `${entry.name} cannot be opened`, error.message));
    }
  }

  function showNotice(entry, why, text) {
    file = null;
    el.replaceChildren(
      empty('file', why, text, button('Download', { picture: 'download', onclick: () => download(entry) })),
    );
  }

  async function save({ over = false } = {}) {
    if (!file) return;
    try {
      if (over) file.version = (await readFile(file.session, file.path)).version;
      file.version = await writeFile(file.session, file.path, editor.text, file.version);
      changed(false);
      message.replaceChildren();
      toast('Saved');
      saved();
    } catch (error) {
      if (error.status === 412 || error.status === 409) conflict();
      else
        message.replaceChildren(
          notice('bad', 'Not saved', error.message, button('Try again', { onclick: () => save() })),
        );
    }
  }

  function conflict() {
    message.replaceChildren(
      notice(
        'warn',
        'Somebody else has written this file since',
        'Your text is still here, and nothing was overwritten.',
        button('Write over it', { danger: true, onclick: () => save({ over: true }) }),
        button('Read it again', {
          onclick: async () => open(file.session, { path: file.path, name: file.path.split('/').at(-1), size: 0 }),
        }),
      ),
    );
  }

  /** Asks before text that was not saved is lost. */
  async function mayLeave() {
    return !isChanged || confirmed('Leave without saving?', `What you changed in ${file.path} is lost then.`, 'Leave');
  }

  addEventListener('beforeunload', (event) => {
    if (isChanged) event.preventDefault();
  });
  el.append(empty('file-text', 'No file open', 'Choose one from the list.'));
  return {
    el,
    open,
    mayLeave,
    get path() {
      return file?.path;
    },
  };
}

/** Null when it is not text. */
function textOf(data) {
  if (data.subarray(0, 8192).includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch {
    return null;
  }
}
