// What a program writes, as it comes. Megabytes must not freeze the page: text is put on it once per frame, in blocks that
// the browser only lays out when they are in view, and not without end.

import { h } from './ui.js';
import { bytes } from './format.js';
import { TerminalText } from './terminal-text.js';

const BLOCK = 8 * 1024;
/** Characters on the page; more is kept for copying and saving only. */
const SHOWN = 4 * 1024 * 1024;
/** Characters kept at all. */
const KEPT = 64 * 1024 * 1024;
const names = { stdout: 'output', stderr: 'error output' };

export function makeOutput({ label = 'Program output', online } = {}) {
  const log = h('pre', { class: 'log' });
  const more = h('p', { class: 'hint log-more', hidden: true });
  const el = h('div', { class: 'output', tabIndex: 0, role: 'region', 'aria-label': label }, log, more);
  let state = fresh();
  let frame = null;

  function fresh() {
    return { pieces: [], waiting: [], kept: 0, shown: 0, block: null, readers: {}, last: null };
  }

  function write(stream, text) {
    if (state.kept > KEPT) return;
    state.kept += text.length;
    state.pieces.push([stream, text]);
    state.waiting.push([stream, text]);
    frame ??= requestAnimationFrame(draw);
  }

  function draw() {
    frame = null;
    const atEnd = el.scrollHeight - el.scrollTop - el.clientHeight < 40;
    // A frame's share; the rest waits for the next one, so that keys and Stop are answered in between.
    let budget = 256 * 1024;
    while (state.waiting.length > 0 && budget > 0) {
      const [stream, text] = state.waiting[0];
      if (text.length > budget) {
        state.waiting[0] = [stream, text.slice(budget)];
        show(stream, text.slice(0, budget));
      } else {
        state.waiting.shift();
        show(stream, text);
      }
      budget -= text.length;
    }
    if (state.waiting.length > 0) frame = requestAnimationFrame(draw);
    if (atEnd) el.scrollTop = el.scrollHeight;
  }

  function show(stream, text) {
    if (state.shown > SHOWN) {
      more.hidden = false;
      more.textContent = `The page shows the first ${bytes(SHOWN)}; “Save” has all ${bytes(state.kept)} that came.`;
      return;
    }
    state.shown += text.length;
    state.readers[stream] ??= new TerminalText();
    append(stream, state.readers[stream].read(text));
  }

  function append(stream, parts) {
    if (parts.length === 0) return;
    if (state.last !== stream || !state.block || state.block.length > BLOCK) open(stream);
    for (const { text, classes } of parts) {
      // A block ends at a line's end where there is one: otherwise it would break a line in two.
      for (let from = 0; from < text.length;) {
        const room = Math.max(1, BLOCK - state.block.length);
        let to = text.length;
        if (to - from > room) {
          const end = text.indexOf('\n', from + room);
          to = end >= 0 && end - from < 4 * BLOCK ? end + 1 : from + Math.max(room, 4 * BLOCK);
          if (to > text.length) to = text.length;
        }
        put(text.slice(from, to), classes);
        from = to;
        if (from < text.length) open(stream);
      }
    }
  }

  function open(stream) {
    const isOther = state.last !== stream;
    state.last = stream;
    const element = h(
      'span',
      { class: `block ${stream}` },
      isOther && stream === 'stderr' && h('span', { class: 'visually-hidden' }, `${names[stream]}: `),
    );
    state.block = { element, length: 0 };
    log.append(element);
  }

  function put(text, classes) {
    state.block.length += text.length;
    const lines = online ? linked(text, online) : [text];
    const last = state.block.element.lastChild;
    for (const line of lines) {
      if (typeof line !== 'string') state.block.element.append(line);
      else if (classes) state.block.element.append(h('span', { class: classes }, line));
      else if (last?.nodeType === Node.TEXT_NODE && lines.length === 1) last.appendData(line);
      else state.block.element.append(line);
    }
  }

  return {
    el,
    write,
    /** A line of our own, for what is missing between two pieces. */
    gap(text) {
      write('gap', `⋯ ${text} ⋯\n`);
    },
    clear() {
      state = fresh();
      log.replaceChildren();
      more.hidden = true;
    },
    /** All that came of a stream, or of both in their order. */
    text(stream) {
      return state.pieces
        .filter(([name]) => (stream ? name === stream : name !== 'gap'))
        .map(([, text]) => text)
        .join('');
    },
    get length() {
      return state.kept;
    },
    /** Shows `all`, `stdout` or `stderr`. */
    filter(stream) {
      log.dataset.only = stream;
    },
    /** Resolves when everything that came is on the page. */
    settled() {
      return new Promise((resolve) => {
        const look = () => {
          if (frame) {
            requestAnimationFrame(look);
            return;
          }
          for (const [stream, reader] of Object.entries(state.readers)) append(stream, reader.finish());
          resolve();
        };
        look();
      });
    },
  };
}

/** Turns what `online` finds in a line into buttons; pieces that are cut inside a line stay plain. */
function linked(text, online) {
  const parts = [];
  let plain = '';
  for (const line of text.split(/(?<=\n)/)) {
    const target = line.length < 2000 ? online(line) : null;
    if (!target) {
      plain += line;
      continue;
    }
    if (plain) parts.push(plain);
    const [before, after] = [line.slice(0, target.start), line.slice(target.end)];
    parts.push(
      before,
      h(
        'button',
        { type: 'button', class: 'place', onclick: target.go, title: `Go to line ${target.line}` },
        line.slice(target.start, target.end),
      ),
    );
    plain = after;
  }
  if (plain) parts.push(plain);
  return parts.filter((part) => part !== '');
}
