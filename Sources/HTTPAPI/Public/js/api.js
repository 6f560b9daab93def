// The only place that talks to the server.

import { readEvents } from './event-stream.js';

/** An answer that is not a success, or no answer at all (`code` is then `offline`). */
export class APIError extends Error {
  constructor({ message, code, status = 0, field = null, retryAfter = null }) {
    super(message);
    Object.assign(this, { code, status, field, retryAfter });
  }

  get isOffline() {
    return this.code === 'offline';
  }
  get isBusy() {
    return this.code === 'overloaded' || this.code === 'quota_exceeded';
  }
}

const state = new EventTarget();
let askForKey = null;

/** Sets what is done when the server wants a key: it resolves to true when somebody has signed in, to try again. */
export function onUnauthorized(ask) {
  askForKey = ask;
}

export function on(name, listener) {
  state.addEventListener(name, (event) => listener(event.detail));
}
const tell = (name, detail) => state.dispatchEvent(new CustomEvent(name, { detail }));

/**
 * Sends a request and answers its `Response`; throws an `APIError` unless that is a success. With `asks: false` nobody is
 * asked for a key: the 401 is thrown.
 */
export async function send(path, { method = 'GET', body, headers = {}, signal, asks = true } = {}) {
  const isJSON = body !== undefined && !(body instanceof Blob) && typeof body !== 'string';
  const attempt = () =>
    fetch(path, {
      method,
      signal,
      cache: 'no-store',
      body: isJSON ? JSON.stringify(body) : body,
      headers: { accept: 'application/json', ...(isJSON && { 'content-type': 'application/json' }), ...headers },
    }).catch((error) => {
      if (signal?.aborted) throw error;
      tell('offline');
      throw new APIError({ code: 'offline', message: 'The server cannot be reached.' });
    });
  let answer = await attempt();
  if (answer.status === 401 && asks && askForKey && (await askForKey())) answer = await attempt();
  if (answer.ok) return answer;
  throw await failure(answer);
}

async function failure(answer) {
  const told = await answer.json().catch(() => ({}));
  const retryAfter = Number(answer.headers.get('retry-after')) || null;
  return new APIError({
    status: answer.status,
    code: told.code ?? 'internal',
    field: told.field ?? null,
    retryAfter,
    message: told.error ?? `The server answered ${answer.status}.`,
  });
}

export const json = async (path, options) => (await send(path, options)).json();

// MARK: Who asks

/** The key goes to the server once; from then on the browser sends a cookie that no script can read. */
export async function signIn(key) {
  await send('/api/v1/sign-in', { method: 'POST', body: { key }, asks: false });
  tell('account');
}

export async function signOut() {
  await send('/api/v1/sign-out', { method: 'POST', asks: false });
  tell('account');
}

/** Who the caller is, with quota and usage; null when the server wants a key first. */
export async function account() {
  try {
    return await json('/api/v1/keys/self', { asks: false });
  } catch (error) {
    if (error.status === 401) return null;
    throw error;
  }
}

/** The events of a stream as they come: `{ name, data }`. */
export async function* events(path, options = {}) {
  const answer = await send(path, { ...options, headers: { ...options.headers, accept: 'text/event-stream' } });
  try {
    yield* readEvents(answer.body);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    tell('offline');
    throw new APIError({ code: 'offline', message: 'The connection to the server was lost.' });
  }
}

/**
 * Sends a file and tells how far it is: `fetch` cannot. Answers what the server says of the file; rejects with an
 * `APIError`, or an `AbortError` after `signal`.
 */
export function upload(path, file, { signal, headers = {}, onprogress = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', path);
    request.setRequestHeader('content-type', 'application/octet-stream');
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onprogress(loaded, total);
    request.onload = async () => {
      const retryAfter = request.getResponseHeader('retry-after');
      const answer = new Response(request.responseText || null, {
        status: request.status,
        headers: retryAfter ? { 'retry-after': retryAfter } : {},
      });
      if (answer.ok) resolve(await answer.json());
      else reject(await failure(answer));
    };
    request.onerror = () =>
      reject(new APIError({ code: 'offline', message: 'The connection to the server was lost.' }));
    request.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}

/** A WebSocket to this server. */
export function socket(path) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  return new WebSocket(url);
}

// MARK: What the server says of itself

let lastHealth = null;
let isAway = false;

export const health = () => lastHealth;
/** Whether the server has a part of the API: `sessions`, `terminal`, `files`, `system` … */
export const can = (capability) => lastHealth?.capabilities?.includes(capability) ?? false;

export async function lookAtHealth() {
  lastHealth = await json('/health');
  tell('health', lastHealth);
  if (isAway) tell('back');
  isAway = false;
  return lastHealth;
}
on('offline', () => {
  isAway = true;
});

/** Looks again and again while the page is looked at: sooner when there was no answer. */
export function watchHealth() {
  let timer = null;
  const look = async () => {
    clearTimeout(timer);
    let wait = 10_000;
    try {
      await lookAtHealth();
    } catch {
      // `offline` was told; the header shows it.
      wait = 2500;
    }
    if (!document.hidden) timer = setTimeout(look, wait);
  };
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) look();
  });
  addEventListener('online', look);
  return look();
}

/** Asked once for the life of the page, and again after a failure. */
function once(load) {
  let promise = null;
  return () => {
    promise ??= load().catch((error) => {
      promise = null;
      throw error;
    });
    return promise;
  };
}

export const languages = once(async () => (await json('/languages')).languages);
export const policy = once(() => json('/security/policy'));
export const rules = once(async () => (await json('/security/rules')).rules);
