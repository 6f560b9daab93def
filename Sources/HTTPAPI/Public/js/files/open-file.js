// One file in the editor: read, change, save over the version that was read. Pictures are shown, other things that are
// not text are told.

import { makeEditor } from '../editor.js';
import { bytes } from '../format.js';
import { pictureType } from '../picture.js';
import { button, confirmed, empty, h, icon, toast, notice, trouble } from '../ui.js';
import { readFile, writeFile } from './remote.js';

/** Bytes of text that the editor takes, and of a picture. */
const LARGEST = 2 * 1024 * 1024;
const LARGEST_PICTURE = 8 * 1024 * 1024;

export function makeOpenFile({ download, saved }) {
  const el = h('div', { class: 'card open-file' });
  const title = h('h2', { class: 'file-title' });
  const mark = h('span', { class: 'tag warn', role: 'status' });
  const message = h('div', {});
  const host = h('div', { class: 'editor-host' });
  const saveButton = button('Save', {
    picture: 'save',
    primary: true,
    compact: true,
    'aria-keyshortcuts': 'Control+S',
    onclick: () => save(),
  });
  let editor = null;
  /** `{ session, entry, version }`; the version is null while it is no text that was opened. */
  let file = null;
  let isChanged = false;
  /** Only the last of several that were asked for is shown. */
  let turn = 0;

  function changed(now) {
    isChanged = now;
    mark.textContent = now ? 'not saved' : '';
    saveButton.disabled = !now;
  }

  /** Answers whether it is open now: the reader may not want to leave what was changed. */
  async function open(session, entry) {
    if (!(await mayLeave())) return false;
    await show(session, entry);
    return true;
  }

  async function show(session, entry) {
    const mine = ++turn;
    changed(false);
    message.replaceChildren();
    file = { session, entry, version: null };
    if (!['file', 'link'].includes(entry.type)) {
      tell('It is not a file', `A ${entry.type} cannot be opened here.`, false);
      return;
    }
    const type = pictureType(entry.name);
    if (entry.size > (type ? LARGEST_PICTURE : LARGEST)) {
      tell('It is too large to open here', `${bytes(entry.size)}; the editor takes up to ${bytes(LARGEST)}.`);
      return;
    }
    try {
      const { bytes: data, version } = await readFile(session, entry.path);
      if (mine !== turn) return;
      if (type) {
        showPicture(type, data);
        return;
      }
      const text = textOf(data);
      if (text === null) tell('It is not text', `${bytes(data.length)} of something else. Download it to look inside.`);
      else await edit(text, version, mine);
    } catch (error) {
      if (mine !== turn) return;
      el.replaceChildren(trouble(`${entry.name} cannot be opened`, error, () => show(session, entry)));
    }
  }

  async function edit(text, version, mine) {
    editor ??= await makeEditor({
      label: 'File contents',
      commands: { 'Mod-s': () => save() },
      onchange: () => changed(true),
    });
    if (mine !== turn) return;
    file.version = version;
    host.replaceChildren(editor.el);
    frame(host, saveButton);
    editor.setText(text);
    editor.setLanguage(file.entry.name);
    changed(false);
  }

  async function showPicture(type, data) {
    const reader = new FileReader();
    await new Promise((resolve) => {
      reader.onload = resolve;
      reader.readAsDataURL(new Blob([data], { type }));
    });
    frame(
      h(
        'div',
        { class: 'picture' },
        h('img', { src: reader.result, alt: `Picture in ${file.entry.path}` }),
      ),
    );
  }

  function frame(content, ...tools) {
    const { entry } = file;
    title.textContent = entry.path;
    title.title = entry.path;
    el.replaceChildren(
      h(
        'div',
        { class: 'bar pad file-head' },
        icon('file-text'),
        title,
        mark,
        h('span', { class: 'grow' }),
        button('Download', {
          picture: 'download',
          compact: true,
          'aria-label': 'Download this file',
          onclick: () => download(entry),
        }),
        tools,
      ),
      message,
      content,
    );
  }

  function tell(why, text, canDownload = true) {
    const { entry } = file;
    el.replaceChildren(
      empty(
        'file',
        why,
        text,
        ...(canDownload ? [button('Download', { picture: 'download', onclick: () => download(entry) })] : []),
      ),
    );
  }

  async function save({ over = false } = {}) {
    if (!file?.version || (!isChanged && !over)) return;
    const { session, entry } = file;
    const text = editor.text;
    try {
      if (over) file.version = await versionNow(session, entry.path);
      file.version = await writeFile(session, entry.path, text, file.version);
      changed(editor.text !== text);
      message.replaceChildren();
      toast(`${entry.name} is saved`);
      saved();
    } catch (error) {
      if (error.status === 412) conflict();
      else message.replaceChildren(trouble('Not saved; your text is still here', error, () => save({ over })));
    }
  }

  /** Null when the file is gone: then it is made anew. */
  async function versionNow(session, path) {
    try {
      return (await readFile(session, path)).version;
    } catch (error) {
      if (error.code === 'not_found') return null;
      throw error;
    }
  }

  function conflict() {
    message.replaceChildren(
      notice(
        'warn',
        'Somebody else has written this file since',
        'Your text is still here, and nothing was overwritten.',
        button('Write over it', { danger: true, compact: true, onclick: () => save({ over: true }) }),
        button('Read it again', {
          compact: true,
          onclick: () => show(file.session, file.entry),
        }),
      ),
    );
  }

  /** Asks before text that was not saved is lost. */
  const mayLeave = async () =>
    !isChanged || confirmed('Leave without saving?', `What you changed in ${file.entry.path} is lost then.`, 'Leave');

  function close() {
    turn += 1;
    file = null;
    changed(false);
    el.replaceChildren(empty('file-text', 'No file open', 'Choose one on the left. It opens here, to read and to change.'));
  }

  addEventListener('beforeunload', (event) => {
    if (isChanged) event.preventDefault();
  });
  close();
  return {
    el,
    open,
    close,
    mayLeave,
    get path() {
      return file?.entry.path ?? null;
    },
    /** The folder was read again: `entry` is what it has of the open file now, or null. */
    noticed(entry) {
      if (!file || !file.version || entry?.version === file.version) return;
      if (!isChanged && entry) show(file.session, entry);
      else if (!entry)
        message.replaceChildren(
          notice('warn', 'This file is no longer there', 'Your text is still here; saving makes the file anew.',
            button('Save it anew', { compact: true, onclick: () => save({ over: true }) })),
        );
      else conflict();
    },
    moved(from, entry) {
      if (file?.entry.path !== from) return;
      file.entry = entry;
      title.textContent = entry.path;
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
