// The programs being written: one for each language, kept in this browser.

import { examplesOf } from '../examples.js';
import { store } from '../store.js';

const key = (language) => `draft.${language}`;

/** `{ code, stdin, args }` of a language: what was typed last, or its sample. */
export function draftOf(language) {
  const kept = store.get(key(language.name));
  const blank = { stdin: '', args: [] };
  return { ...blank, ...(kept ?? examplesOf(language)[0]) };
}

/** False when the browser keeps nothing. */
export const keepDraft = (language, draft) => store.set(key(language.name), draft);

export const lastLanguage = {
  get: () => store.get('language', 'python'),
  set: (name) => store.set('language', name),
};

/** Splits a line into arguments as a shell would: white space separates, quotes and backslashes keep together. */
export function splitArguments(line) {
  const words = [];
  let word = null;
  let quote = null;
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index];
    if (character === '\\' && quote !== "'" && index + 1 < line.length) {
      index += 1;
      word = (word ?? '') + line[index];
    } else if (quote) {
      if (character === quote) quote = null;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote) throw new Error(`a ${quote} is not closed`);
  return word === null ? words : [...words, word];
}

export const joinArguments = (words) =>
  words.map((word) => (/^[\w./=:,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
