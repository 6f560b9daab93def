// The files of a session, as `/api/v1/sessions/{id}/files` has them.

import { json, send, upload as sendFile } from '../api.js';
import { pathOf } from '../sessions/sessions.js';

const encoded = (path) => path.split('/').map(encodeURIComponent).join('/');
const fileURL = (id, path) => pathOf(id, `/files/${encoded(path)}`);

/** `[{ name, path, type, size, mode, modified }]`, folders first. */
export async function listFolder(id, path) {
  const { entries, files } = await json(pathOf(id, `/files?path=${encodeURIComponent(path)}`));
  return (entries ?? files)
    .map((entry) => ({
      ...entry,
      path: path ? `${path}/${entry.name}` : entry.name,
      size: entry.size_bytes ?? entry.size,
      modified: entry.modified_at ?? entry.mtime,
      isFolder: entry.type === 'directory' || entry.type === 'folder',
    }))
    .sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || a.name.localeCompare(b.name));
}

/** `{ bytes, version }`; the version is for a later write. */
export async function readFile(id, path) {
  const answer = await send(fileURL(id, path));
  return { bytes: new Uint8Array(await answer.arrayBuffer()), version: answer.headers.get('etag') };
}

/** Writes over `version` only: 412 or 409 tells that somebody else has written since. Answers the new version. */
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

export const remove = (id, path) => send(fileURL(id, path), { method: 'DELETE' });
const operate = (id, body) => json(pathOf(id, '/files'), { method: 'POST', body });
export const move = (id, from, to) => operate(id, { operation: 'move', from, to });
export const makeFolder = (id, path) => operate(id, { operation: 'mkdir', path });
export const upload = (id, path, file, options) => sendFile(fileURL(id, path), file, options);

/** Fetches a file, or a folder as `.tar.gz`, for the disk. */
export async function download(id, { path, isFolder }) {
  const url = isFolder ? pathOf(id, `/archive?path=${encodeURIComponent(path)}`) : fileURL(id, path);
  return (await send(url)).blob();
}
