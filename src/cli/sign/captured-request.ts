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

/** The two parts of a capture, with one character for each byte. */
interface Parts {
  readonly head: string;
  readonly body: string;
}

const REQUEST_LINE = /^([A-Za-z]+) +(\S+)(?: +HTTP\/[\d.]+)?\s*$/;

/** curl's progress meter, which may share a line with what follows: `100  7  0  0  100  7  0  5 --:--:-- --:--:-- --:--:--  5< HTTP/1.1 403`. */
const METER = /^ {0,2}\d{1,3} [\d .:kMGTP-]+(?=[*<>{}] )/gm;
/** The lines with `> ` of one request. An empty one ends them. */
const CURL_HEAD = /^> \S.*(?:\r?\n> \S.*)*/gm;
/** What curl says of the connection, of the response and of data. JSON has no such lines. */
const CURL_REMARK = /^(?:[*<](?: |$)|[{}] \[\d+ bytes data\])/m;

/** Reads a request line, headers, an empty line and a body; or the output of `curl -v`, which seldom has the body. */
export function parseRequest(bytes: Buffer): CapturedRequest {
  const text = bytes.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');
  const isPlain = REQUEST_LINE.test(/^.*/.exec(text)?.[0] ?? '');
  const { head, body } = (isPlain ? undefined : partsOfCurl(text)) ?? partsOf(text);
  const [first = '', ...lines] = Buffer.from(head, 'latin1').toString('utf8').split(/\r?\n/);
  const [, method, target] = REQUEST_LINE.exec(first) ?? [];
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
  return { method: method.toUpperCase(), target, headers, body: Buffer.from(body, 'latin1') };
}

function partsOf(text: string): Parts {
  const end = /\r?\n\r?\n/.exec(text);
  return end ? { head: text.slice(0, end.index), body: text.slice(end.index + end[0].length) } : { head: text, body: '' };
}

/** The request in the output of `curl -v`; `undefined` if it is something else. */
function partsOfCurl(output: string): Parts | undefined {
  const text = output.replace(METER, '');
  // The first request to a proxy only opens the way.
  const [found, ...others] = [...text.matchAll(CURL_HEAD)].filter(([head]) => !head.startsWith('> CONNECT '));
  if (!found) return undefined;
  if (others.length > 0) throw new UsageError(`the capture has ${others.length + 1} requests`, 'Pass the lines of one of them.');
  const rest = text.slice(found.index + found[0].length).replace(/^\r?\n(?:>? ?\r?\n|> ?$)?/, '');
  // Among the remarks of curl stands the body of the response, never that of the request.
  return { head: found[0].replace(/^> /gm, ''), body: CURL_REMARK.test(rest) ? '' : rest };
}

/** The request with the body of a file, if its capture has none. Refuses two different bodies, and a body that is announced but missing. */
export function withBody(request: CapturedRequest, given: Buffer | undefined): CapturedRequest {
  const { body: captured } = request;
  if (given && captured.length > 0 && !captured.equals(given)) {
    throw new UsageError(
      'the capture has another body than the file of --body',
      'Pass one of them: leave out --body, or cut the capture after the headers.',
    );
  }
  const body = given ?? captured;
  const announced = bodyLengthOf(request);
  if (announced && body.length === 0) {
    throw new UsageError(
      `the request has no body, and its Content-Length announces ${announced} bytes`,
      'Pass the body with --body FILE: curl -v does not print it.',
    );
  }
  return { ...request, body };
}

/** How many bytes the request says its body has; `undefined` if it does not say it. */
export function bodyLengthOf(request: CapturedRequest): number | undefined {
  const length = headerOf(request, 'content-length') ?? '';
  return /^\d+$/.test(length) ? Number(length) : undefined;
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
