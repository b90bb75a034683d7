/** The state of the playground in the part of the address that browsers never send: after `#`. */

/** A pane's name, and its values where they differ from the initial ones. */
export interface State {
  readonly pane: string;
  readonly values: Readonly<Record<string, string>>;
}

/** More than this is not unpacked: an address can be made to grow a thousandfold. */
const MAX_STATE = 2_000_000;

export async function writeState({ pane, values }: State): Promise<string> {
  if (Object.keys(values).length === 0) return `#${pane}`;
  const packed = await through(new TextEncoder().encode(JSON.stringify(values)), new CompressionStream('deflate-raw'));
  const characters = Array.from(packed, (byte) => String.fromCharCode(byte)).join('');
  return `#${pane}=${btoa(characters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/** Returns `undefined` for an address that names no pane, and no values if they are damaged. */
export async function readState(fragment: string): Promise<State | undefined> {
  const [, pane, packed] = /^#([a-z]+)(?:=([\w-]+))?$/.exec(fragment) ?? [];
  if (pane === undefined) return undefined;
  if (packed === undefined) return { pane, values: {} };
  try {
    const characters = atob(packed.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(characters, (character) => character.charCodeAt(0));
    const parsed: unknown = JSON.parse(new TextDecoder().decode(await through(bytes, new DecompressionStream('deflate-raw'))));
    const entries = Object.entries(parsed as Record<string, unknown>).filter(([, value]) => typeof value === 'string');
    return { pane, values: Object.fromEntries(entries) as Record<string, string> };
  } catch {
    return { pane, values: {} };
  }
}

async function through(bytes: Uint8Array, transform: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(transform as ReadableWritablePair<Uint8Array, BlobPart>);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    if (length > MAX_STATE) throw new RangeError('too much');
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
