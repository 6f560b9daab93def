// The machine, once a second, from the server's own stream; how many programs run is asked beside it.

import { events, json } from '../api.js';

/** Seconds of the past that a stream begins with. */
const HISTORY = 900;
/** What is older than this is history: nobody knows any more how many programs ran then. */
const NOW = 3000;

/** Calls `on({ time, … })` for each sample until `signal` is aborted; `lost(error)` when there is none for a while. */
export async function follow(on, lost, signal) {
  while (!signal.aborted) {
    try {
      await followStream(on, signal);
    } catch (error) {
      if (signal.aborted) return;
      lost(error);
    }
    await pause(2000, signal);
  }
}

async function followStream(on, signal) {
  for await (const { name, data } of events(`/api/v1/system/stream?history=${HISTORY}`, { signal })) {
    if (name !== 'sample') continue;
    const time = Date.parse(data.timestamp);
    const load = Date.now() - time < NOW ? (await json('/health', { signal })).load : null;
    on(sample(time, data.resources, load));
  }
}

function sample(time, resources, load) {
  return {
    time,
    resources,
    load,
    cpu: resources.cpu_usage,
    memory: resources.memory.used,
    disk: resources.disk?.used ?? null,
    running: load?.running ?? null,
    queued: load?.queued ?? null,
    ready: load?.ready_sandboxes ?? null,
  };
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
