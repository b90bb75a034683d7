/**
 * A request of another program, as it was captured.
 *
 * @module
 */
import { UsageError } from '../failure.ts';

/** The parts of a request. */
export interface CapturedRequest {
  readonly method: string;
  /** As in the request line: a path, or a URL. */
  readonly target: string;
  /** In the order and spelling of the capture. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** Reads a request line, headers, an empty line and a body; the head may have the `> ` of `curl -v` before each line. */
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
      'It must have a line such as "POST /v2/deliveryTrackers", the headers, an empty line and the body.',
    );
  }
  const headers = lines.map((line, at): readonly [string, string] => {
    const colon = line.indexOf(':');
    if (colon < 1) throw new UsageError(`line ${at + 2} is not a header`, 'It must be "name: value".');
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  return { method: method.toUpperCase(), target, headers, body };
}

/** The value of a header, whatever the case of its name. */
export function headerOf({ headers }: CapturedRequest, name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/** Reads `20260115T101530Z` and the longer form of Amazon's Node SDK; `undefined` if it is not a time in UTC. */
export function parsePayDate(text: string): Date | undefined {
  const date = new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  return text.endsWith('Z') && !Number.isNaN(date.getTime()) ? date : undefined;
}
