// The files of a session, as `/api/v1/sessions/{id}/files` has them.

import { json, send, upload as sendFile } from '../api.js';
import { pathOf } from '../sessions/sessions.js';
import { h } from '../ui.js';

const encoded = (path) => path.split('/').map(encodeURIComponent).join('/');
const fileURL = (id, path) => pathOf(id, `/files/${encoded(path)}`);
/** Entries of one folder that are read at most. */
const MOST = 5000;

const entryOf = ({ path, name, type, size_bytes: size, modified_at: modified, etag, target }) => ({
  path,
  name,
  type,
  size,
  modified: Date.parse(modified),
  version: etag,
  target,
  isFolder: type === 'directory',
});

export const folderOf = (path) => path.split('/').slice(0, -1).join('/');
export const inFolder = (folder, name) => (folder ? `${folder}/${name}` : name);

/** `{ entries, isWhole }` of a folder, folders first. */
export async function listFolder(id, path) {
  const entries = [];
  let cursor = null;
  do {
    const query = new URLSearchParams({ path, limit: 1000, ...(cursor && { cursor }) });
    const page = await json(pathOf(id, `/files?${query}`));
    entries.push(...page.entries.map(entryOf));
    cursor = page.next_cursor;
  } while (cursor && entries.length < MOST);
  entries.sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || a.name.localeCompare(b.name));
  return { entries, isWhole: !cursor };
}

/** `{ bytes, version }`; the version is for a later write. */
export async function readFile(id, path) {
  const answer = await send(fileURL(id, path));
  return { bytes: new Uint8Array(await answer.arrayBuffer()), version: answer.headers.get('etag') };
}

/**
 * Writes over `version` only, or only where there is nothing when that is null: a 412 tells that somebody else has written
 * since. Answers the new version.
 */
export async function writeFile(id, path, text, version) {
  const answer = await send(fileURL(id, path), {
    method: 'PUT',
    body: new Blob([text]),
    headers: {
      'content-type': 'application/octet-stream',
      ...(version ? { 'if-match': version } : { 'if-none-match': '*' }),
    },
  });
  return answer.headers.get('etag');
}

/** Sends a file; a 412 tells that there is one of that name, unless `replaces`. */
export const upload = (id, path, file, { replaces, ...options } = {}) =>
  sendFile(fileURL(id, path), file, { ...options, headers: replaces ? {} : { 'if-none-match': '*' } });

export const remove = (id, { path, isFolder }) =>
  send(`${fileURL(id, path)}${isFolder ? '?recursive=true' : ''}`, { method: 'DELETE' });

const operate = async (id, body) => entryOf((await json(pathOf(id, '/files'), { method: 'POST', body })).entry);
export const move = (id, from, to) => operate(id, { move: { from, to } });
export const copyFile = (id, from, to) => operate(id, { copy: { from, to } });
export const makeFolder = (id, path) => operate(id, { mkdir: { path } });

/** Has the browser save a file, or a folder as `.tar.gz`: straight to disk, of whatever size. */
export function download(id, { path, name, isFolder }) {
  const href = isFolder ? pathOf(id, `/archive?path=${encodeURIComponent(path)}`) : fileURL(id, path);
  h('a', { href, download: isFolder ? `${name || 'workspace'}.tar.gz` : name }).click();
}
