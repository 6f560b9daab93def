// The only place that knows where third-party files lie. The server says which of them set-up has fetched; what is not
// there has a plain replacement, and is not asked for.

const parts = new Set((await (await fetch('/page.json')).json()).vendor);

/** Whether a part is there: `codemirror`, `xterm`, `uplot`, `swagger-ui`, `icons`, `fonts`. */
export const has = (part) => parts.has(part);

let editorParts = null;

async function load(part, path) {
  if (!has(part)) return null;
  try {
    return await import(path);
  } catch (error) {
    console.warn(`${path} does not load: ${error.message}`);
    return null;
  }
}

/** Each resolves to null when it is not there. */
export const codeMirror = () => (editorParts ??= load('codemirror', '/vendor/codemirror/index.js'));
export const xterm = () => load('xterm', '/vendor/xterm/index.js');
export const uPlot = async () => (await load('uplot', '/vendor/uplot/uplot.mjs'))?.default ?? null;

const sheets = new Map();

/** Adds a style sheet to the page, once; resolves when it is in force. */
export function styles(path) {
  if (!sheets.has(path)) {
    const link = document.createElement('link');
    sheets.set(
      path,
      new Promise((resolve) => {
        link.onload = link.onerror = resolve;
      }),
    );
    link.rel = 'stylesheet';
    link.href = path;
    document.head.append(link);
  }
  return sheets.get(path);
}

// The editor is the largest part of the first view: it comes while the rest of the page is being made.
if (/^$|^#\/playground/.test(location.hash)) codeMirror();
if (has('fonts')) styles('/css/fonts.css');
document.documentElement.classList.toggle('no-icons', !has('icons'));
