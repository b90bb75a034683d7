import { request as send } from 'node:http';
import { openConsole } from '../../../src/cli/console/console.ts';
import type { Messages, Sent } from '../../../src/cli/console/view.ts';
import { serve } from '../../../src/cli/server.ts';
import { AmazonEmulator, type AmazonEmulatorOptions } from '../../../src/testing/index.ts';

export const PAGE = '<!doctype html><style>p { color: red }</style><p>page</p><script>start()</script>';

/** A console that is served on loopback. */
export async function startConsole(options: AmazonEmulatorOptions = {}) {
  const emulator = new AmazonEmulator({ delivery: { timeScale: 1 }, ...options });
  const watched = openConsole({ emulator, url: 'http://127.0.0.1:4020', page: async () => PAGE });
  const { url, close } = await serve(watched.fetch);
  const { host } = new URL(url);
  return {
    emulator,
    url,
    host,
    close: () => {
      watched.close();
      emulator.reset();
      close();
    },
    /** Presses a button, as the page does. */
    act: async (name: string, input: unknown) => {
      const headers = { origin: url, 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
      const { status, body } = await raw(url, { method: 'POST', path: `/do/${name}`, headers, body: JSON.stringify(input) });
      return { status, ...(JSON.parse(body) as { readonly error?: string; readonly hint?: string }) };
    },
    watch: () => watch(url),
  };
}

interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request with any header, also those that fetch would set itself. */
export function raw(url: string, { method = 'GET', path = '/', headers = {}, body }: RawRequest) {
  const { port } = new URL(url);
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>((resolve, reject) => {
    const sent = send({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      const { statusCode: status = 0, headers: received } = response;
      // A stream has no end: what matters is that it was opened.
      if (received['content-type'] === 'text/event-stream') {
        response.destroy();
        return resolve({ status, headers: received, body: '' });
      }
      let text = '';
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status, headers: received, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

type Message = { readonly [Name in keyof Messages]: { readonly name: Name; readonly data: Sent<Messages[Name]> } }[keyof Messages];

/** Opens the stream of events, as a page does. */
async function watch(url: string) {
  const stopped = new AbortController();
  const { body } = await fetch(`${url}/events`, { signal: stopped.signal });
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  const messages: Message[] = [];
  let [rest, text] = ['', ''];
  const isOpen = async (): Promise<boolean> => {
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
    const part = decoder.decode(value, { stream: true });
    rest += part;
    text += part;
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
      if (name && data) messages.push({ name, data: JSON.parse(data) } as Message);
    }
    return !done;
  };
  return {
    /** Waits for the next event of this name for which `isWanted` holds, and drops those before it. */
    next: async <Name extends keyof Messages>(name: Name, isWanted: (data: Sent<Messages[Name]>) => boolean = () => true) => {
      for (;;) {
        const found = messages.findIndex((message) => message.name === name && isWanted(message.data as Sent<Messages[Name]>));
        if (found !== -1) return messages.splice(0, found + 1).at(-1)?.data as Sent<Messages[Name]>;
        if (!(await isOpen())) throw new Error(`the stream has ended without the event ${name}`);
      }
    },
    /** Resolves when the server has ended the stream. */
    ended: async () => {
      while (await isOpen());
    },
    /** Everything that was received. */
    text: () => text,
    stop: () => stopped.abort(),
  };
}
