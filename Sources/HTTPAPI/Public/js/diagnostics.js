// Where compilers and interpreters say that something is wrong, read from their text. Each reader answers
// `[{ line, column, kind, message }]`: lines and columns from 1, `kind` is `error` or `warning`.

const kindOf = (word) => (/warn/i.test(word) ? 'warning' : 'error');
const place = (line, column, kind, message) => ({
  line: Number(line),
  column: Number(column) || 1,
  kind,
  message: message.trim(),
});

/** `main.cpp:2:45: error: …` and its like: GCC, Clang and most others. */
function colons(text, source) {
  const pattern = new RegExp(
    `^(?:\\S*[/ ])?${escaped(source)}:(\\d+):(?:(\\d+):)? *(?:(fatal error|error|warning|note): *)?(.+)$`,
    'gm',
  );
  return [...text.matchAll(pattern)]
    .filter((match) => match[3] !== 'note')
    .map(([, line, column, kind, message]) => place(line, column, kindOf(kind ?? 'error'), message));
}

/**
 * `error[E0308]: …` and, below, `--> main.rs:2:18`; a panic says `panicked at main.rs:3:21:` and then why, or
 * before Rust 1.73 `panicked at 'why', main.rs:3:21`. */
function rust(text, source) {
  const name = escaped(source);
  const compiler = new RegExp(`^(error|warning)(?:\\[\\w+\\])?: (.+)\\n *--> ${name}:(\\d+):(\\d+)`, 'gm');
  const panic = new RegExp(`panicked at (?:'(.*)', )?${name}:(\\d+):(\\d+)(?::\\n(.*))?`, 'g');
  return [
    ...[...text.matchAll(compiler)].map(([, kind, message, line, column]) =>
      place(line, column, kindOf(kind), message),
    ),
    ...[...text.matchAll(panic)].map(([, before, line, column, after]) =>
      place(line, column, 'error', `panicked: ${before ?? after ?? ''}`),
    ),
  ];
}

/** The innermost frame in the program's own file, with the last line of the traceback. */
function python(text, source) {
  const frame = new RegExp(`^ +File "(?:[^"]*/)?${escaped(source)}", line (\\d+)`, 'gm');
  return text.split(/^(?=Traceback \(most recent call last\):)/m).flatMap((part) => {
    const frames = [...part.matchAll(frame)];
    const why = part.match(/^([A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Warning|Iteration|Group)?(?::.*)?)$/m);
    const errors = [...part.matchAll(/^[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Iteration|Group)\b.*$/gm)];
    const message = errors.at(-1)?.[0] ?? why?.[1];
    if (frames.length === 0 || !message) return [];
    const last = frames.at(-1);
    const caret = part.slice(last.index).match(/^.*\n( +)(\S.*)\n( +)[~^]*\^/m);
    const column = caret ? caret[3].length - caret[1].length + 1 : 1;
    return [place(last[1], Math.max(1, column), 'error', message)];
  });
}

/** `/workspace/main.js:2`, the line, a caret, and then the error. */
function javascript(text, source) {
  const pattern = new RegExp(
    `^\\S*/${escaped(source)}:(\\d+)\\n.*\\n( *)\\^[^]*?\\n\\n?(\\w*(?:Error|Exception)\\b.*|Uncaught .*)`,
    'm',
  );
  const match = text.match(pattern);
  return match ? [place(match[1], match[2].length + 1, 'error', match[3])] : [];
}

/** `main.sh: line 2: foo: command not found`. */
function bash(text, source) {
  const pattern = new RegExp(`^(?:\\S*/)?${escaped(source)}: line (\\d+): (.+)$`, 'gm');
  return [...text.matchAll(pattern)].map(([, line, message]) => place(line, 1, 'error', message));
}

const readers = { rust, python, javascript, bash };
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What `text` says about the program's file `source`, each line once and in order. */
export function diagnostics(text, language, source) {
  // A compiler that repeats itself is not read to the end.
  const found = (readers[language] ?? colons)(text.slice(0, 512 * 1024), source);
  const seen = new Set();
  return found
    .filter(({ line, message }) => {
      const key = `${line} ${message}`;
      return line >= 1 && !seen.has(key) && seen.add(key);
    })
    .slice(0, 100)
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Finds a place of the program's file in one line of output: `{ start, end, line, column }`. */
export function placeIn(text, source) {
  const name = escaped(source);
  const match = text.match(new RegExp(`(?:[\\w./-]*/)?${name}(?:", line |: line |:)(\\d+)(?::(\\d+))?`));
  return (
    match && {
      start: match.index,
      end: match.index + match[0].length,
      line: Number(match[1]),
      column: Number(match[2]) || 1,
    }
  );
}
