/**
 * Calls by an HttpClient as a surface makes them, and a server on loopback that follows a script.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpClient, type OutgoingRequest } from '../../../src/core/call/http.ts';
import { failureOf, type HttpResponse } from '../../../src/core/call/response.ts';
import { ApiError } from '../../../src/core/errors.ts';
import type { CallOptions, ClientOptions } from '../../../src/core/options.ts';
import type { Fetch } from '../../../src/core/types.ts';
import { listen } from '../server.ts';

export type Step = (request: IncomingMessage, response: ServerResponse) => void;

/** Responds to the n-th request with the n-th step, and with the last step after that. */
export async function serveSteps(...steps: Step[]): Promise<{ readonly url: string; readonly requests: () => number }> {
  let requests = 0;
  const url = await listen((request, response) => {
    request.resume();
    requests += 1;
    steps[Math.min(requests, steps.length) - 1]?.(request, response);
  });
  return { url, requests: () => requests };
}

export const respond =
  (status: number, body = '', headers: Record<string, string> = {}): Step =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

/** The head of a response, half of its body, and then the end of the connection. */
export const breakOff =
  (status: number, body = 'half', headers: Record<string, string> = {}): Step =>
  (_, response) => {
    response.writeHead(status, { 'content-length': '100', ...headers }).write(body);
    setTimeout(() => response.destroy(), 20);
  };

/** The head of a response, and no more. */
export const stall =
  (status: number): Step =>
  (_, response) =>
    void response.writeHead(status, { 'content-length': '100' }).write('half');

export const neverRespond: Step = () => undefined;
export const disconnect: Step = (request) => request.socket.destroy();

/** The text of a success; an ApiError for anything else. */
export function read(response: HttpResponse): string {
  const { status, text } = response;
  if (status < 300) return text;
  throw new ApiError(`status ${status}`, { ...failureOf(response), surface: 'core' });
}

/** Secrets and personal data of {@link send}: nothing may show them. */
export const SECRETS: readonly string[] = ['top-secret-token', 'Asha Rao, Flat 4/2', 'query-secret'];
const [TOKEN, NOTE, QUERY] = SECRETS as [string, string, string];

export const request = (url: string): OutgoingRequest => ({
  method: 'POST',
  url,
  headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
  body: new TextEncoder().encode(JSON.stringify({ note: NOTE })),
});

/** One call of a surface that hides its secrets. */
export function send(url: string, options: ClientOptions = {}, call: CallOptions = {}): Promise<string> {
  return new HttpClient('core', options).send({ prepare: () => request(`${url}/path?key=${QUERY}`), read, hide: () => SECRETS }, call);
}

/** One call without a network. */
export function sendBy(fetch: unknown, options: ClientOptions = {}, call: CallOptions = {}): Promise<string> {
  return send('http://127.0.0.1:9', { maxRetries: 0, fetch: fetch as Fetch, ...options }, call);
}
