// A program's output as text that does no harm: colours (SGR, ECMA-48 section 8.3.117) become classes, every other escape
// and control becomes a mark that can be seen. Nothing of it moves a cursor, sets a title or reorders text.

const CONTROL =
  /\x1b\[([\x30-\x3f]*)[\x20-\x2f]*([\x40-\x7e])|\x1b\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)|\x1b[PX^_][^\x1b]{0,4096}\x1b\\|\x1b[\x20-\x2f]*[\x30-\x7e]|\r\n?|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u0080-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Reads text piece by piece and keeps the colour in between. */
export class TerminalText {
  #style = { bold: false, dim: false, italic: false, underline: false, inverse: false, colour: null, background: null };
  /** The beginning of an escape that the last piece was cut in. */
  #pending = '';

  /** `[{ text, classes }]`; `classes` is empty for plain text. */
  read(piece) {
    const text = this.#pending + piece;
    const cut = incomplete(text);
    this.#pending = text.slice(cut);
    return this.#parts(text.slice(0, cut));
  }

  /** What is left when no more comes. */
  finish() {
    const rest = this.#pending;
    this.#pending = '';
    return this.#parts(rest);
  }

  #parts(text) {
    const parts = [];
    const add = (text, classes) => {
      if (text) parts.push({ text, classes });
    };
    let from = 0;
    for (const match of text.matchAll(CONTROL)) {
      add(text.slice(from, match.index), this.#classes());
      from = match.index + match[0].length;
      if (match[2] === 'm') this.#select(match[1]);
      else if (match[0][0] === '\r') add('\n', this.#classes());
      else add(visible(match[0]), 'control');
    }
    add(text.slice(from), this.#classes());
    return parts;
  }

  #select(parameters) {
    const codes = parameters.split(/[;:]/).map((code) => Number(code) || 0);
    const style = this.#style;
    for (let index = 0; index < codes.length; index += 1) {
      const code = codes[index];
      if (code === 0)
        this.#style = Object.assign(style, {
          bold: false,
          dim: false,
          italic: false,
          underline: false,
          inverse: false,
          colour: null,
          background: null,
        });
      else if (code === 1) style.bold = true;
      else if (code === 2) style.dim = true;
      else if (code === 3) style.italic = true;
      else if (code === 4) style.underline = true;
      else if (code === 7) style.inverse = true;
      else if (code === 22) style.bold = style.dim = false;
      else if (code === 23) style.italic = false;
      else if (code === 24) style.underline = false;
      else if (code === 27) style.inverse = false;
      else if (code === 39) style.colour = null;
      else if (code === 49) style.background = null;
      else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) style.colour = code % 10;
      else if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) style.background = code % 10;
      else if (code === 38 || code === 48) {
        const value = codes[index + 1] === 5 ? nearest(codes[index + 2]) : null;
        if (code === 38) style.colour = value;
        else style.background = value;
        index += codes[index + 1] === 5 ? 2 : 4;
      }
    }
  }

  #classes() {
    const { colour, background, ...flags } = this.#style;
    const names = Object.keys(flags)
      .filter((name) => flags[name])
      .map((name) => `sgr-${name}`);
    if (colour !== null) names.push(`sgr-${colour}`);
    if (background !== null) names.push('sgr-inverse', `sgr-${background}`);
    return names.join(' ');
  }
}

/** Of the 256 colours the first sixteen are ours; the others are shown in the text's own. */
const nearest = (code) => (code >= 0 && code < 16 ? code % 8 : null);

/** Where an escape begins that the end of the text may have cut; a long one is none. */
function incomplete(text) {
  if (text.endsWith('\r')) return text.length - 1;
  const start = text.lastIndexOf('\x1b');
  if (start < 0 || text.length - start > 4100) return text.length;
  const tail = text.slice(start);
  return /^\x1b(?:\[[\x30-\x3f]*[\x20-\x2f]*|\][^\x07]*|[PX^_][^]*|[\x20-\x2f]*)?$/.test(tail) ? start : text.length;
}

/** `␛[2J`, `␇`, `U+202E`. */
function visible(control) {
  return [...control]
    .map((character) => {
      const code = character.codePointAt(0);
      if (code < 0x20) return String.fromCodePoint(0x2400 + code);
      if (code === 0x7f) return '␡';
      if (code < 0x7f) return character;
      return /[\p{C}\p{Z}]/u.test(character) ? `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩` : character;
    })
    .join('');
}
