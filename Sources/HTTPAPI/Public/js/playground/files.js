// Files that a program made. Pictures are shown from their bytes, as images alone; everything else is text or a download.

import { empty, h, icon, button, save } from '../ui.js';
import { bytes } from '../format.js';
import { pictureType } from '../picture.js';

const SHOWN = 20_000;

const contents = ({ content, encoding }) =>
  encoding === 'base64'
    ? Uint8Array.from(atob(content), (character) => character.charCodeAt(0))
    : new TextEncoder().encode(content);

export function makeFiles() {
  const el = h('div', { class: 'files-list' });

  function draw(files) {
    if (files.length === 0) {
      el.replaceChildren(
        empty('folder', 'No files', 'What a program writes into its folder is shown here: pictures, tables, anything.'),
      );
      return;
    }
    el.replaceChildren(...files.map(drawFile));
  }

  function drawFile(file) {
    const name = file.path.split('/').at(-1);
    const data = contents(file);
    const isCut = file.size_bytes > data.length;
    const type = pictureType(name);
    return h(
      'figure',
      { class: 'file' },
      h(
        'figcaption',
        {},
        icon(type ? 'image' : 'file-text'),
        h('code', {}, file.path),
        h('span', { class: 'hint' }, bytes(file.size_bytes)),
        isCut && h('span', { class: 'tag warn' }, `only the first ${bytes(data.length)}`),
        h('span', { class: 'grow' }),
        button('Save', {
          picture: 'download',
          quiet: true,
          compact: true,
          'aria-label': `Save ${file.path}`,
          onclick: () => save(name, [data]),
        }),
      ),
      type && !isCut ? picture(file, type) : text(file),
    );
  }

  function picture({ content, encoding, path }, type) {
    const data = encoding === 'base64' ? `base64,${content}` : `charset=utf-8,${encodeURIComponent(content)}`;
    return h('img', { src: `data:${type};${data}`, alt: `Picture that the program wrote: ${path}` });
  }

  function text({ content, encoding }) {
    if (encoding === 'base64') return h('p', { class: 'hint pad' }, 'Not text; save it to look inside.');
    return h(
      'pre',
      { class: 'file-text', tabIndex: 0, role: 'region', 'aria-label': 'Contents' },
      content.slice(0, SHOWN),
      content.length > SHOWN && '\n…',
    );
  }

  draw([]);
  return { el, draw };
}
