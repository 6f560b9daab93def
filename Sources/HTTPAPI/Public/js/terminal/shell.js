// One terminal: xterm.js at this end, a PTY in a session at the other, a WebSocket between them. Binary frames are bytes;
// text frames tell of them in JSON. The terminal lives in the session: a connection that is lost, or a page that is loaded
// again, attaches to it and is told what was written lately.

import { socket } from '../api.js';
import { pathOf, terminals } from '../sessions/sessions.js';
import { store } from '../store.js';
import { confirmed, css, h } from '../ui.js';
import { styles, xterm } from '../vendor.js';

/** Waits between tries to connect again, in milliseconds; then it is up to the reader. */
const WAITS = [300, 1000, 2000, 5000, 10_000];
const encoder = new TextEncoder();

/** The sixteen colours of ECMA-48, readable on the terminal's background. */
const palette = {
  black: '#3b4452',
  red: '#ff7b72',
  green: '#56d193',
  yellow: '#f2b65a',
  blue: '#7aa7ff',
  magenta: '#d3a6ff',
  cyan: '#4fd1c5',
  white: '#d5dbe3',
  brightBlack: '#8a97a8',
  brightRed: '#ffa198',
  brightGreen: '#7ee2ac',
  brightYellow: '#ffd08a',
  brightBlue: '#a5c4ff',
  brightMagenta: '#e2c5ff',
  brightCyan: '#86e6dd',
  brightWhite: '#ffffff',
};

const colours = () => ({
  ...palette,
  background: css('--term-bg'),
  foreground: css('--term-fg'),
  cursor: css('--term-fg'),
  cursorAccent: css('--term-bg'),
  selectionBackground: '#3b5b9d99',
});

/**
 * `on.state(name, text)`: `connecting`, `live`, `lost`, `ended`; `on.attached(id)`; `on.title(text)`; `on.copied()`;
 * `on.leave()` when the reader wants out. `id`: a terminal to attach to, or null for a new one.
 */
export async function makeShell(session, id, on) {
  const parts = await xterm();
  if (!parts) return null;
  await styles('/vendor/xterm/xterm.css');
  const { Terminal, FitAddon, WebLinksAddon } = parts;
  const terminal = new Terminal({
    fontFamily: css('--font-mono'),
    fontSize: store.get('terminal.size', 13),
    cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    scrollback: 10_000,
    theme: colours(),
    screenReaderMode: store.get('terminal.reader', false),
    // A program's own links would hide where they lead: their text is shown, and they do nothing.
    linkHandler: { activate: (_, address) => openLink(address), allowNonHttpProtocols: false },
  });
  const fit = new FitAddon();
  const box = h('div', { class: 'terminal-box' });
  let terminalID = id;
  let connection = null;
  let tries = 0;
  let timer = null;
  let state = 'connecting';
  let isTold = false;
  let isAnother = false;

  terminal.loadAddon(fit);
  terminal.loadAddon(new WebLinksAddon((_, address) => openLink(address)));
  terminal.attachCustomKeyEventHandler((event) => {
    const isDown = event.type === 'keydown';
    const isPair = event.ctrlKey && event.shiftKey;
    const isLeave = isPair && event.key === 'Escape';
    const isCopy = isPair && event.code === 'KeyC';
    if (isLeave && isDown) on.leave();
    if (isCopy) {
      // The browser has the same keys for its own tools.
      event.preventDefault();
      if (isDown && terminal.hasSelection()) copySelection();
    }
    // Ctrl Shift V is the browser's own paste; Alt and a digit goes to another view, here too.
    return !(isLeave || isCopy || (isPair && event.code === 'KeyV') || (event.altKey && /^[1-9]$/.test(event.key)));
  });
  terminal.onData((text) => {
    if (state === 'ended' || state === 'lost') {
      if (text === '\r') again();
      return;
    }
    if (connection?.readyState === WebSocket.OPEN) connection.send(encoder.encode(text));
  });
  terminal.onBinary((text) => {
    if (connection?.readyState === WebSocket.OPEN)
      connection.send(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  });
  terminal.onResize(sendSize);
  terminal.onTitleChange((title) => on.title(title.replace(/[\p{C}]/gu, '').slice(0, 60)));
  const observer = new ResizeObserver(() => fitNow());
  observer.observe(box);

  function fitNow() {
    if (box.offsetParent && terminal.element) fit.fit();
  }

  function become(name, text) {
    state = name;
    on.state(name, text);
  }

  function sendSize() {
    // A size that another viewer brought is not sent back.
    if (isTold || connection?.readyState !== WebSocket.OPEN) return;
    connection.send(JSON.stringify({ resize: { columns: terminal.cols, rows: terminal.rows } }));
  }

  /** After an end a new one is made in its place. */
  function again() {
    if (state === 'ended') terminalID = null;
    tries = 0;
    connect();
  }

  async function connect() {
    clearTimeout(timer);
    become('connecting', 'Connecting …');
    try {
      // A WebSocket cannot say why it was refused; a request can, and has a key asked for where one is needed.
      const living = await terminals(session.id);
      isAnother = terminalID !== null && !living.some((each) => each.id === terminalID);
      if (isAnother) terminalID = null;
    } catch (error) {
      if (error.code === 'not_found') ended('the session is gone', false);
      else lost();
      return;
    }
    const query = new URLSearchParams({ columns: terminal.cols, rows: terminal.rows });
    if (terminalID) query.set('terminal', terminalID);
    const mine = socket(pathOf(session.id, `/terminal?${query}`));
    connection = mine;
    mine.binaryType = 'arraybuffer';
    mine.onmessage = ({ data }) => {
      if (mine !== connection) return;
      if (data instanceof ArrayBuffer) terminal.write(new Uint8Array(data));
      else control(JSON.parse(data));
    };
    mine.onclose = () => {
      if (mine === connection && state !== 'ended') lost();
    };
  }

  function lost() {
    connection = null;
    if (tries < WAITS.length) {
      become('lost', 'Connection lost; trying again …');
      timer = setTimeout(connect, WAITS[tries]);
      tries += 1;
    } else {
      become('lost', 'Connection lost. Press Enter to try again.');
    }
  }

  function control(message) {
    if (message.terminal) {
      terminalID = message.terminal.id;
      on.attached(terminalID);
      tries = 0;
      // What the server replays is all there is to see: the old picture would be there twice.
      terminal.reset();
      if (isAnother) note('The shell that was here has ended; this is another one.');
      become('live', 'Connected');
      sendSize();
    } else if (message.replay?.truncated) {
      note('What was written before is not kept.');
    } else if (message.missed) {
      note(`${message.missed} bytes are not kept`);
    } else if (message.resize) {
      isTold = true;
      terminal.resize(message.resize.columns, message.resize.rows);
      isTold = false;
    } else if (message.exit) {
      const { status } = message.exit;
      ended(status == null ? '' : `code ${status}`);
    }
  }

  /** A line of the page's own, between those of programs. */
  const note = (text) => terminal.write(`\r\n\x1b[0;2m⋯ ${text} ⋯\x1b[0m\r\n`);

  function ended(reason, canRestart = true) {
    const why = `The shell ended${reason ? `: ${reason}` : ''}.`;
    become('ended', canRestart ? `${why} Press Enter for a new one.` : why);
  }

  async function openLink(address) {
    // A program wrote it: where it leads is shown before anybody goes there.
    if (!/^https?:\/\//.test(address)) return;
    if (await confirmed('Open this address?', address, 'Open')) window.open(address, '_blank', 'noopener,noreferrer');
    terminal.focus();
  }

  async function copySelection() {
    await navigator.clipboard?.writeText(terminal.getSelection());
    on.copied();
  }

  const themeChanged = () => {
    terminal.options.theme = colours();
  };

  return {
    el: box,
    async open() {
      await document.fonts.load('13px "JetBrains Mono"').catch(() => {});
      terminal.open(box);
      terminal.textarea.setAttribute('aria-label', 'Terminal. Control Shift Escape leaves it.');
      addEventListener('themechange', themeChanged);
      fitNow();
      await connect();
    },
    focus() {
      fitNow();
      terminal.focus();
    },
    setSize(size) {
      terminal.options.fontSize = size;
      fitNow();
    },
    setReader(isOn) {
      terminal.options.screenReaderMode = isOn;
    },
    /** What is selected, or else all of the screen and what is above it. */
    get text() {
      if (terminal.hasSelection()) return terminal.getSelection();
      const { active } = terminal.buffer;
      const lines = Array.from({ length: active.length }, (_, index) => active.getLine(index).translateToString(true));
      return `${lines.join('\n').trimEnd()}\n`;
    },
    paste(text) {
      terminal.paste(text);
      terminal.focus();
    },
    close() {
      clearTimeout(timer);
      const old = connection;
      connection = null;
      state = 'ended';
      old?.close(1000);
      observer.disconnect();
      removeEventListener('themechange', themeChanged);
      terminal.dispose();
    },
  };
}
