/**
 * The console of the emulator: one page, a stream of what happens, and the actions of its buttons.
 *
 * It is for the browser of the person at this machine. A page from elsewhere that runs in the same browser must neither read it nor press its
 * buttons: the host must be a name of this machine, so that DNS rebinding fails; no other origin is accepted; and an action is JSON, which
 * another origin cannot send without asking first.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { redactor } from '../../core/redact.ts';
import type { AmazonEmulator } from '../../testing/index.ts';
import { describeFailure } from '../failure.ts';
import { type Actions, actionsOn } from './actions.ts';
import { EVENTS, Launcher } from './events.ts';
import { Feed } from './feed.ts';

/** Options of {@link openConsole}. */
export interface ConsoleOptions {
  readonly emulator: AmazonEmulator;
  /** Where the emulator listens. */
  readonly url: string;
  /**
   * Reads the page.
   * @default reads the file that the build puts beside the command
   */
  readonly page?: () => Promise<string>;
}

/** A console, to be served on loopback. */
export interface Console {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Ends the streams of open pages. */
  readonly close: () => void;
}

/** Bytes of an action's input. */
const MAX_BODY = 262_144;

const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Makes the console of an emulator. */
export function openConsole({ emulator, url, page = readPage }: ConsoleOptions): Console {
  const feed = new Feed(emulator, { url, events: EVENTS });
  const actions = actionsOn(emulator, new Launcher(emulator, feed));
  const respond = async (request: Request): Promise<Response> => {
    const { method } = request;
    const { pathname } = new URL(request.url);
    const refusal = refuseForeign(request);
    if (refusal) return refusal;
    if (pathname.startsWith('/do/')) return act(actions, pathname.slice(4), request);
    if (pathname !== '/' && pathname !== '/events') return refuse(404, 'there is nothing at this path');
    if (method !== 'GET') return refuse(405, 'the method must be GET');
    return pathname === '/' ? showPage(await page()) : feed.open();
  };
  return {
    fetch: async (request) => {
      const response = await respond(request).catch(() => refuse(500, 'the console failed'));
      for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
      return response;
    },
    close: () => feed.close(),
  };
}

/** The response to a request that does not come from the console's own page, or from the address bar. */
function refuseForeign({ method, headers }: Request): Response | undefined {
  const host = headers.get('host') ?? '';
  if (!/^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/i.test(host)) return refuse(421, 'the host is not one of this console');
  const origin = headers.get('origin');
  // A browser sends the origin with every POST.
  const isOwn = origin === null ? method !== 'POST' : origin === `http://${host.toLowerCase()}`;
  if (!isOwn) return refuse(403, 'the origin is not the one of this console');
  const site = headers.get('sec-fetch-site') ?? 'none';
  if (site === 'same-origin' || site === 'none') return undefined;
  return refuse(403, 'the request comes from another site; type the address of the console into the browser');
}

async function act(actions: Actions, name: string, request: Request): Promise<Response> {
  if (!Object.hasOwn(actions, name)) return refuse(404, 'there is no such action');
  if (request.method !== 'POST') return refuse(405, 'the method must be POST');
  if (!/^application\/json(?:;|$)/i.test(request.headers.get('content-type') ?? '')) return refuse(415, 'the input must be JSON');
  const text = await readText(request);
  if (text === undefined) return refuse(413, `the input must not be longer than ${MAX_BODY} bytes`);
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    return refuse(400, 'the input is not JSON');
  }
  if (typeof input !== 'object' || input === null) return refuse(400, 'the input is not an object');
  try {
    actions[name as keyof Actions](input as never);
    return Response.json({});
  } catch (error) {
    // A credential is checked before anything else uses it, but no check of another part may ever quote it.
    const { key, value, password, token } = ((input as { readonly auth?: unknown }).auth ?? {}) as Readonly<Record<string, string>>;
    const { message, hint } = describeFailure(error, { names: {}, secrets: [] });
    const clean = redactor([key, value, password, token]);
    return Response.json({ error: clean(message), ...(hint && { hint: clean(hint) }) }, { status: 400 });
  }
}

async function readText({ body }: Request): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let [text, length] = ['', 0];
  for await (const part of body ?? []) {
    length += part.length;
    if (length > MAX_BODY) return undefined;
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

/** The page, which may run its own script, use its own styles and call its own server, and nothing else. */
function showPage(html: string): Response {
  const hashOf = (tag: string): string => {
    const content = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(html)?.[1] ?? '';
    return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
  };
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf('script')}`,
    `style-src ${hashOf('style')}`,
    "connect-src 'self'",
    'img-src data:',
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy } });
}

function readPage(): Promise<string> {
  return readFile(new URL('./console.html', import.meta.url), 'utf8');
}
