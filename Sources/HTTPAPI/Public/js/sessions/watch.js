// Follows what happens in a session, for a view that shows it.

import { changes } from './sessions.js';

/** What comes at once is told once. */
const PAUSE = 300;
const AGAIN = 3000;

/**
 * Until `signal` is aborted: `on.changed()` after files changed, and after a time in which nobody could know; `on.ended()`
 * when the session is gone.
 */
export async function watchSession(id, signal, on) {
  let timer = null;
  const changed = () => {
    timer ??= setTimeout(() => {
      timer = null;
      if (!signal.aborted) on.changed();
    }, PAUSE);
  };
  let isFirst = true;
  while (!signal.aborted) {
    try {
      const stream = changes(id, signal);
      if (!isFirst) changed();
      isFirst = false;
      for await (const { name, data } of stream) {
        if (name === 'files' || name === 'missed') changed();
        if (name === 'state' && data.state === 'ending') on.ended();
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error.code === 'not_found') {
        on.ended();
        return;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
}
