// One terminal: xterm.js at this end, a PTY in a session at the other, a WebSocket between them.
// Binary frames are bytes; text frames to the server are `{"resize":{"columns":…,"rows":…}}`.

import { socket } from '../api.js';
import { pathOf } from '../sessions/sessions.js';
import { store } from '../store.js';
import { css, h, confirmed } from '../ui.js';
import { styles, xterm } from '../vendor.js';

/** Waits between tries to connect again, in milliseconds; then it is up to the reader. */
const WAITS = [300, 1000, 2000, 5000, 10_000];
const GONE = 4404;
const encoder = new TextEncoder();

const colours = () => ({
  background: css('--term-bg'),
  foreground: css('--term-fg'),
  cursor: css('--term-fg'),
  selectionBackground: '#3b5b9d88',
});

/** `on.state(name, text)`: `connecting`, `live`, `lost`, `ended`; `on.leave()` when the reader wants out. */
export async function makeShell(session, on) {
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
  });
  const fit = new FitAddon();
  const box = h('div', { class: 'terminal-box' });
  let connection = null;
  let tries = 0;
  let timer = null;
  let state = 'connecting';

  terminal.loadAddon(fit);
  terminal.loadAddon(new WebLinksAddon((event, address) => openLink(address)));
  terminal.attachCustomKeyEventHandler((event) => {
    const isLeave = event.ctrlKey && event.shiftKey && event.key === 'Escape';
    if (isLeave && event.type === 'keydown') on.leave();
    const isCopy = event.ctrlKey && event.shiftKey && event.key === 'C' && terminal.hasSelection();
    if (isCopy && event.type === 'keydown') navigator.clipboard?.writeText(terminal.getSelection());
    // Alt and a digit goes to another view, here too.
    return !(isLeave || isCopy || (event.altKey && /^[1-9]$/.test(event.key)));
  });
  terminal.onData((text) => {
    if (state === 'ended' || state === 'lost') {
      if (text === '\r') connect();
      return;
    }
    if (connection?.readyState === WebSocket.OPEN) connection.send(encoder.encode(text));
  });
  terminal.onResize(sendSize);
  new ResizeObserver(() => {
    if (box.offsetParent) fit.fit();
  }).observe(box);

  function become(name, text) {
    state = name;
    on.state(name, text);
  }

  function sendSize() {
    if (connection?.readyState !== WebSocket.OPEN) return;
    connection.send(JSON.stringify({ resize: { columns: terminal.cols, rows: terminal.rows } }));
  }

  function connect() {
    clearTimeout(timer);
    become('connecting', 'Connecting …');
    connection = socket(pathOf(session.id, '/terminal'));
    connection.binaryType = 'arraybuffer';
    const mine = connection;
    mine.onopen = () => {
      tries = 0;
      // What the server replays is all there is to see: the old picture would be there twice.
      terminal.reset();
      become('live', 'Connected');
      sendSize();
    };
    mine.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) terminal.write(new Uint8Array(data));
      else control(data);
    };
    mine.onclose = ({ code, reason }) => {
      if (mine !== connection) return;
      if (code === 1000 || code === GONE) {
        ended(reason);
        return;
      }
      if (tries < WAITS.length) {
        become('lost', 'Connection lost; trying again …');
        timer = setTimeout(connect, WAITS[tries]);
        tries += 1;
      } else {
        tries = 0;
        become('lost', 'Connection lost. Press Enter to try again.');
      }
    };
  }

  function control(text) {
    const message = JSON.parse(text);
    if ('exit_code' in message || message.exit) ended(`code ${message.exit_code ?? message.exit.code}`);
    if (message.title) on.title?.(message.title);
  }

  function ended(reason) {
    become('ended', `The shell ended${reason ? `: ${reason}` : ''}. Press Enter for a new one.`);
  }

  async function openLink(address) {
    // A program wrote it: where it leads is shown before anybody goes there.
    if (!/^https?:/.test(address)) return;
    if (await confirmed('Open this address?', address, 'Open')) window.open(address, '_blank', 'noopener,noreferrer');
  }

  return {
    el: box,
    async open() {
      await document.fonts.load('13px "JetBrains Mono"').catch(() => {});
      terminal.open(box);
      terminal.textarea.setAttribute('aria-label', 'Terminal. Control Shift Escape leaves it.');
      fit.fit();
      connect();
      addEventListener('themechange', () => {
        terminal.options.theme = colours();
      });
    },
    focus() {
      fit.fit();
      terminal.focus();
    },
    setSize(size) {
      terminal.options.fontSize = size;
      store.set('terminal.size', size);
      fit.fit();
    },
    setReader(isOn) {
      terminal.options.screenReaderMode = isOn;
      store.set('terminal.reader', isOn);
    },
    /** The text on the screen and above it. */
    get text() {
      const { active } = terminal.buffer;
      return Array.from({ length: active.length }, (_, index) => active.getLine(index).translateToString(true)).join(
        '\n',
      );
    },
    close() {
      clearTimeout(timer);
      const old = connection;
      connection = null;
      old?.close(1000);
      terminal.dispose();
    },
  };
}
