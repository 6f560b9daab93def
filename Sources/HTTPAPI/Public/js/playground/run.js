// One run from its request to its result, over a stream of events.

import { events, json } from '../api.js';

/** Starts a run. `on` is told `started`, `stdout`, `stderr`, `compile` as they come; `result` resolves to the answer. */
export function startRun(request, on) {
  const controller = new AbortController();
  let id = null;
  let wasStopped = false;

  async function follow() {
    let result = null;
    for await (const { name, data } of events('/execute', {
      method: 'POST',
      body: request,
      signal: controller.signal,
    })) {
      if (name === 'started') {
        id = data.execution_id;
        if (wasStopped) cancel();
      }
      if (name === 'result') result = data;
      else on[name]?.(data);
    }
    if (!result) throw new Error('The stream ended without a result.');
    return result;
  }

  function cancel() {
    // The stream then brings the result of a cancelled run. Closing the connection would end the run too, but untold.
    json(`/api/v1/runs/${id}`, { method: 'DELETE' }).catch(() => controller.abort());
  }

  return {
    result: follow(),
    stop() {
      if (wasStopped) {
        // It was not heard the first time.
        controller.abort();
        return;
      }
      wasStopped = true;
      if (id) cancel();
    },
    get wasStopped() {
      return wasStopped;
    },
  };
}
