/**
 * A request as text: how it is shown, and how one that was captured is read.
 *
 * @module
 */
import { UsageError } from '../failure.ts';

/** A request, ready to be shown. */
export interface ShownRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** As it would go over the wire. */
export function requestLines({ method, url, headers, body }: ShownRequest): string[] {
  return [`${method} ${url}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', ...(body ? [body] : [])];
}

/** A header without the signature: who has it can send the request. */
export function hideSignature(value: string): string {
  return value.replace(/(\bSignature=).*/s, '$1[hidden]');
}

/** Reads `20260115T101530Z`, and the longer form of Amazon's Node SDK; `undefined` for what is no time in UTC. */
export function parsePayDate(text: string): Date | undefined {
  const date = new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  return text.endsWith('Z') && !Number.isNaN(date.getTime()) ? date : undefined;
}

/** A request that another program made, as it was captured. */
export interface CapturedRequest {
  readonly method: string;
  /** As in the request line: a path, or a URL. */
  readonly target: string;
  /** In the order and spelling of the capture. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** Reads a request line, headers, an empty line and a body; also with the `> ` of `curl -v` in front of its head. */
export function parseRequest(bytes: Buffer): CapturedRequest {
  const end = /\r?\n(?:> ?)?\r?\n/.exec(bytes.toString('latin1'));
  const head = bytes
    .subarray(0, end?.index ?? bytes.length)
    .toString('utf8')
    .replace(/^\ufeff/, '');
  const body = end ? bytes.subarray(end.index + end[0].length) : Buffer.alloc(0);
  const [first = '', ...lines] = head.split(/\r?\n/).map((line) => line.replace(/^> ?/, ''));
  const [, method, target] = /^([A-Za-z]+) +(\S+)(?: +HTTP\/[\d.]+)?\s*$/.exec(first) ?? [];
  if (!method || !target) {
    throw new UsageError(
      'this is not an HTTP request',
      'Expected are a line such as "POST /v2/deliveryTrackers", the headers, an empty line and the body.',
    );
  }
  const headers = lines.map((line, at): readonly [string, string] => {
    const colon = line.indexOf(':');
    if (colon < 1) throw new UsageError(`line ${at + 2} is no header`, 'Expected is "name: value".');
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  return { method: method.toUpperCase(), target, headers, body };
}
