// A program as a link. It travels in the fragment, which a browser never sends to a server.

const toText = (bytes) =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0));
/** A link that opens to more than this was not made here. */
const MOST = 4 * 1024 * 1024;

async function through(stream, bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let length = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
    if (length > MOST) {
      await reader.cancel();
      throw new Error('the link holds too much');
    }
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** The address of this page with the program in it. */
export async function link(program) {
  const bytes = new TextEncoder().encode(JSON.stringify(program));
  const url = new URL(location.href);
  url.hash = `#/playground?s=${toText(await through(new CompressionStream('deflate-raw'), bytes))}`;
  return url.href;
}

/** The program in a link's value; throws when it is damaged. */
export async function program(text) {
  const bytes = await through(new DecompressionStream('deflate-raw'), toBytes(text));
  const { language, code, stdin, args } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  if (typeof code !== 'string' || typeof language !== 'string') throw new Error('it holds no program');
  return {
    language,
    code,
    stdin: typeof stdin === 'string' ? stdin : '',
    args: Array.isArray(args) ? args.map(String) : [],
  };
}
