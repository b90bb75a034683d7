/**
 * Amazon Pay as far as a test needs it: a real server on loopback that records requests and responds by a script. Signatures are rebuilt from
 * what arrived, by code that shares nothing with ours, and verified by node:crypto.
 */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { verifies } from './rsa.ts';
import { listen } from './server.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Answer = (response: ServerResponse, received: Received) => void;

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response
      .writeHead(status, { 'content-type': 'application/json', 'x-amz-pay-request-id': 'req-1', ...headers })
      .end(JSON.stringify(body));

/** 200 and an echo, as Amazon responds. */
export const echo: Answer = (response, { body }) => json(200, JSON.parse(body.toString()))(response, undefined as never);

/** Responds by the script in order; its last entry is repeated. */
export async function servePay(...script: Answer[]): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = [];
  const url = await listen(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    const entry = { method, path, headers, body: await buffer(request) };
    received.push(entry);
    script[Math.min(received.length, script.length) - 1]?.(response, entry);
  });
  return { url, received };
}

const hex = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

/** What the sender must have signed, derived from what arrived. */
export function expectedStringToSign({ method, path, headers, body }: Received): string {
  const { algorithm, names } = authorizationOf(headers);
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('');
  return `${algorithm}\n${hex(`${method}\n${path}\n\n${lines}\n${names.join(';')}\n${hex(body)}`)}`;
}

export function isSignatureRight(received: Received): boolean {
  const { algorithm, signature } = authorizationOf(received.headers);
  return verifies(expectedStringToSign(received), signature, algorithm);
}

export function authorizationOf({ authorization = '' }: Pick<IncomingHttpHeaders, 'authorization'>): {
  algorithm: string;
  publicKeyId: string;
  names: string[];
  signature: string;
} {
  const parts = /^(\S+) PublicKeyId=(\S+), SignedHeaders=(\S+), Signature=([A-Za-z0-9+/]{342}==)$/.exec(authorization);
  if (!parts) throw new Error('no Authorization header of Amazon Pay');
  const [, algorithm = '', publicKeyId = '', names = '', signature = ''] = parts;
  return { algorithm, publicKeyId, names: names.split(';'), signature };
}
