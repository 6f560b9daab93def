// The machine, once a second: from the server's own stream where it has one, or else from its health.

import { can, events, json } from '../api.js';

/** Calls `on({ time, … })` for each sample until `signal` is aborted; `lost(error)` when there is none for a while. */
export async function follow(on, lost, signal) {
  while (!signal.aborted) {
    try {
      if (can('system')) await followStream(on, signal);
      else await followHealth(on, signal);
    } catch (error) {
      if (signal.aborted) return;
      lost(error);
    }
    await pause(2000, signal);
  }
}

async function followStream(on, signal) {
  let load = null;
  let since = 0;
  for await (const { name, data } of events('/api/v1/system/stream?history=900', { signal })) {
    if (name !== 'sample') continue;
    const time = Date.parse(data.timestamp);
    // Load is not part of a sample; it is asked for while the stream is live, not for its history.
    if (Date.now() - time < 3000 && Date.now() - since > 900) {
      since = Date.now();
      load = data.load ?? (await json('/health')).load;
    }
    on(sample(time, data.resources, data.load ?? (Date.now() - time < 3000 ? load : null)));
  }
}

async function followHealth(on, signal) {
  for (;;) {
    const { load } = await json('/health', { signal });
    on(sample(Date.now(), null, load));
    await pause(1000, signal);
    if (signal.aborted) return;
  }
}

function sample(time, resources, load) {
  return {
    time,
    resources,
    load,
    cpu: resources?.cpu_usage ?? null,
    memory: resources?.memory?.used ?? null,
    disk: resources?.disk?.used ?? null,
    running: load?.running ?? null,
    queued: load?.queued ?? null,
    ready: load?.ready_sandboxes ?? null,
    total: load?.total ?? null,
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
