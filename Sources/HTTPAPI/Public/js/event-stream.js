// Server-sent events from a `fetch` (WHATWG HTML, section 9.2): an `EventSource` can neither post nor send a key.

/** Yields `{ name, data }`, with `data` read as JSON. */
export async function* readEvents(body) {
  let name = 'message';
  let data = [];
  for await (const line of lines(body)) {
    if (line === '') {
      if (data.length > 0) yield { name, data: JSON.parse(data.join('\n')) };
      name = 'message';
      data = [];
    } else if (line.startsWith('event:')) {
      name = line.slice(6).trimStart();
    } else if (line.startsWith('data:')) {
      data.push(line.slice(line[5] === ' ' ? 6 : 5));
    }
  }
}

async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = [];
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      // Only the new text is searched, so that one line of megabytes does not take the square of its length.
      const parts = value.split('\n');
      pending.push(parts[0]);
      for (const part of parts.slice(1)) {
        yield pending.join('').replace(/\r$/, '');
        pending = [part];
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
