// The editor: CodeMirror where it is installed, or else a plain text area. Both have the same face:
//   text, setText(text), setLanguage(name), mark(diagnostics), goTo(line, column), focus()

import { codeMirror } from './vendor.js';
import { h } from './ui.js';

const hint = 'Press Escape and then Tab to leave the editor.';
/** How long Tab leaves the editor after Escape, in milliseconds, if no other key comes between. */
const leaveWithin = 20_000;

/** `commands`: what keys do, by CodeMirror's names (`Mod-Enter`). `onchange` is told after each edit. */
export async function makeEditor({ label = 'Source code', commands = {}, onchange = () => {} }) {
  const parts = await codeMirror();
  return parts ? rich(parts, { label, commands, onchange }) : plain({ label, commands, onchange });
}

// MARK: Plain

function plain({ label, commands, onchange }) {
  const area = h('textarea', {
    class: 'plain-editor code',
    spellcheck: false,
    wrap: 'off',
    'aria-label': label,
    oninput: onchange,
  });
  area.addEventListener('keydown', (event) => {
    const name = `${event.ctrlKey || event.metaKey ? 'Mod-' : ''}${event.key}`;
    if (!commands[name]) return;
    event.preventDefault();
    commands[name]();
  });
  return {
    el: area,
    get text() {
      return area.value;
    },
    setText(text) {
      area.value = text;
    },
    setLanguage() {},
    mark() {},
    goTo(line, column = 1) {
      const start =
        area.value
          .split('\n')
          .slice(0, line - 1)
          .reduce((sum, each) => sum + each.length + 1, 0) +
        column -
        1;
      area.focus();
      area.setSelectionRange(start, start);
    },
    focus() {
      area.focus();
    },
  };
}

// MARK: CodeMirror

function rich(parts, { label, commands, onchange }) {
  const { EditorView, EditorState, Compartment, keymap, Prec } = parts;
  const language = new Compartment();
  const marks = markField(parts);
  let isQuiet = false;
  const view = new EditorView({
    extensions: [
      Prec.highest(
        keymap.of(
          Object.entries(commands).map(([key, run]) => ({
            key,
            run: () => {
              run();
              return true;
            },
          })),
        ),
      ),
      parts.basicSetup,
      keymap.of([parts.indentWithTab]),
      // Also when Escape has closed something, and for longer than the two seconds that the editor gives by itself.
      EditorView.domEventObservers({
        keyup(event, view) {
          if (event.key === 'Escape') view.setTabFocusMode(leaveWithin);
        },
      }),
      language.of([]),
      marks.extension,
      look(parts),
      colours(parts),
      EditorView.contentAttributes.of({ 'aria-label': `${label}. ${hint}`, tabindex: '0' }),
      EditorState.tabSize.of(4),
      parts.indentUnit.of('    '),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && !isQuiet) onchange();
      }),
    ],
  });
  let wanted = null;
  return {
    el: view.dom,
    get text() {
      return view.state.doc.toString();
    },
    setText(text) {
      isQuiet = true;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        selection: { anchor: 0 },
        scrollIntoView: true,
      });
      isQuiet = false;
    },
    async setLanguage(name) {
      wanted = name;
      const description = describe(parts, name);
      const support = description ? await description.load() : [];
      // The next choice may have been made while this one was fetched.
      if (wanted === name) view.dispatch({ effects: language.reconfigure(support) });
    },
    mark(diagnostics) {
      marks.set(view, diagnostics);
    },
    goTo(line, column = 1) {
      const target = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
      const anchor = Math.min(target.from + Math.max(0, column - 1), target.to);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      view.focus();
    },
    focus() {
      view.focus();
    },
  };
}

const otherNames = { cpp: 'C++', bash: 'Shell', javascript: 'JavaScript', csharp: 'C#' };

function describe({ LanguageDescription, languages }, name) {
  return (
    LanguageDescription.matchLanguageName(languages, otherNames[name] ?? name, true) ??
    LanguageDescription.matchFilename(languages, name)
  );
}

function look({ EditorView }) {
  return EditorView.theme({
    '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--text)', fontSize: '13px' },
    '&.cm-focused': { outline: 'none' },
    '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.65', fontVariantLigatures: 'none' },
    '.cm-content': { caretColor: 'var(--accent)', padding: '10px 0' },
    '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
    '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--muted)', border: '0', paddingLeft: '4px' },
    '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--accent) 6%, transparent)' },
    '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
      backgroundColor: 'color-mix(in srgb, var(--accent) 24%, transparent)',
    },
    '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
      backgroundColor: 'color-mix(in srgb, var(--accent) 20%, transparent)',
      outline: '1px solid color-mix(in srgb, var(--accent) 50%, transparent)',
    },
    '.cm-panels': { backgroundColor: 'var(--surface-2)', color: 'var(--text)' },
    '.cm-tooltip': {
      backgroundColor: 'var(--surface)',
      color: 'var(--text)',
      border: '1px solid var(--line)',
      borderRadius: 'var(--radius)',
    },
    '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
    '.cm-foldPlaceholder': {
      backgroundColor: 'var(--surface-2)',
      border: '1px solid var(--line)',
      color: 'var(--muted)',
    },
  });
}

/** CodeMirror's own default colours, and our token for each. */
const tokens = {
  '#404740': '--tok-meta',
  '#708': '--tok-keyword',
  '#219': '--tok-number',
  '#164': '--tok-number',
  '#a11': '--tok-string',
  '#e40': '--tok-meta',
  '#00f': '--tok-function',
  '#30a': '--text',
  '#085': '--tok-type',
  '#167': '--tok-type',
  '#256': '--tok-type',
  '#00c': '--tok-function',
  '#940': '--tok-comment',
  '#f00': '--bad',
};
const functionColour = '#61afef';

/** The tags themselves are not exported, so the shipped styles are taken apart: same tags, our colours. */
function colours({ HighlightStyle, syntaxHighlighting, defaultHighlightStyle, oneDarkHighlightStyle }) {
  const functions = oneDarkHighlightStyle.specs.filter(({ color }) => color === functionColour);
  const style = defaultHighlightStyle.specs.map((spec) =>
    tokens[spec.color] ? { ...spec, color: `var(${tokens[spec.color]})` } : spec,
  );
  return syntaxHighlighting(
    HighlightStyle.define([...functions.map((spec) => ({ ...spec, color: 'var(--tok-function)' })), ...style]),
  );
}

/** Marks whole lines, with the message behind the line; edits move the marks along. */
function markField({ StateField, StateEffect, Decoration, EditorView, WidgetType, gutter, GutterMarker, RangeSet }) {
  const set = StateEffect.define();

  class Message extends WidgetType {
    constructor({ kind, message }) {
      super();
      Object.assign(this, { kind, message });
    }

    eq(other) {
      return other.kind === this.kind && other.message === this.message;
    }
    toDOM() {
      return h('span', { class: `line-message ${this.kind}` }, this.message);
    }
    ignoreEvent() {
      return false;
    }
  }

  class Dot extends GutterMarker {
    constructor(kind) {
      super();
      this.kind = kind;
    }

    eq(other) {
      return other.kind === this.kind;
    }
    toDOM() {
      return h('span', { class: `line-dot ${this.kind}`, title: this.kind }, this.kind === 'error' ? '✕' : '!');
    }
  }

  const build = (state, diagnostics) => {
    const lines = new Map();
    for (const each of diagnostics) {
      if (!(each.line >= 1 && each.line <= state.doc.lines)) continue;
      if (!lines.has(each.line) || each.kind === 'error') lines.set(each.line, each);
    }
    const decorations = [];
    const dots = [];
    for (const [number, each] of [...lines].sort(([a], [b]) => a - b)) {
      const line = state.doc.line(number);
      const kind = each.kind ?? 'error';
      decorations.push(Decoration.line({ class: `marked ${kind}` }).range(line.from));
      decorations.push(
        Decoration.widget({ widget: new Message({ kind, message: each.message }), side: 1 }).range(line.to),
      );
      dots.push(new Dot(kind).range(line.from));
    }
    return { decorations: Decoration.set(decorations, true), dots: RangeSet.of(dots, true) };
  };

  const field = StateField.define({
    create: (state) => build(state, []),
    update(value, transaction) {
      for (const effect of transaction.effects) if (effect.is(set)) return build(transaction.state, effect.value);
      if (!transaction.docChanged) return value;
      return { decorations: value.decorations.map(transaction.changes), dots: value.dots.map(transaction.changes) };
    },
    provide: (field) => EditorView.decorations.from(field, (value) => value.decorations),
  });

  return {
    extension: [field, gutter({ class: 'cm-marks', markers: (view) => view.state.field(field).dots })],
    set: (view, diagnostics) => view.dispatch({ effects: set.of(diagnostics) }),
  };
}
