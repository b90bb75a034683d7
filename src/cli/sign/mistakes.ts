/**
 * The mistakes that implementations of Amazon Pay's signature make: what they sign instead of the string to sign.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/signing-requests.html | Signing requests}
 */
import { createHash } from 'node:crypto';

/** What the string to sign is made of. */
export interface SigningParts {
  readonly algorithm: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Names in lower case, sorted, with their values as they are signed. */
  readonly headers: readonly Header[];
  /** As the request spells and orders them. */
  readonly headersAsSent: readonly Header[];
  readonly body: Buffer;
}

type Header = readonly [name: string, value: string];

/** A string that may have been signed. */
export interface Candidate {
  /** What is wrong with it; `undefined` for the right one. */
  readonly mistake: string | undefined;
  readonly canonicalRequest: string;
  readonly stringToSign: string;
}

/** The lines of a canonical request. */
interface Lines {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: string;
  readonly names: string;
  readonly hash: string;
}

/** One mistake. What is left out is done right. */
interface Mistake {
  readonly mistake: string;
  /** Other lines. */
  readonly lines?: (right: Lines, parts: SigningParts) => Partial<Lines>;
  /** Another canonical request of the lines. */
  readonly canonical?: (lines: Lines) => string;
  /** Another string to sign. */
  readonly toSign?: (canonicalRequest: string, algorithm: string) => string;
}

/** The right string and then every wrong one. Each has one mistake: two would be another implementation. */
export function* candidates(parts: SigningParts): Generator<Candidate> {
  const { algorithm, method, path, query, headers, body } = parts;
  const lines: Lines = { method, path, query, ...headerLines(headers), hash: sha256(body) };
  const right = stringToSign(canonicalOf(lines), algorithm);
  yield { mistake: undefined, canonicalRequest: canonicalOf(lines), stringToSign: right };
  for (const { mistake, lines: change, canonical = canonicalOf, toSign = stringToSign } of MISTAKES) {
    const canonicalRequest = canonical({ ...lines, ...change?.(lines, parts) });
    const wrong = toSign(canonicalRequest, algorithm);
    // Not every request shows every mistake: a path without a slash at its end cannot lose it.
    if (wrong !== right) yield { mistake, canonicalRequest, stringToSign: wrong };
  }
}

function canonicalOf({ method, path, query, headers, names, hash }: Lines): string {
  return [method, path, query, headers, '', names, hash].join('\n');
}

function stringToSign(canonicalRequest: string, algorithm: string): string {
  return `${algorithm}\n${sha256(canonicalRequest)}`;
}

function sha256(data: string | Buffer, encoding: 'hex' | 'base64' = 'hex'): string {
  return createHash('sha256').update(data).digest(encoding);
}

function headerLines(headers: readonly Header[], separator = ':'): Pick<Lines, 'headers' | 'names'> {
  return {
    headers: headers.map(([name, value]) => `${name}${separator}${value}`).join('\n'),
    names: headers.map(([name]) => name).join(';'),
  };
}

function without(name: string, { headers }: SigningParts): Pick<Lines, 'headers' | 'names'> {
  return headerLines(headers.filter(([key]) => key !== name));
}

function lines(mistake: string, change: NonNullable<Mistake['lines']>): Mistake {
  return { mistake, lines: change };
}

/** The hash of another string than the body. */
function hashOf(mistake: string, change: (text: string) => string): Mistake {
  return lines(mistake, (_, { body }) => ({ hash: sha256(change(body.toString('utf8'))) }));
}

/** The hash of the same JSON in another form. A body that is not JSON does not show the mistake. */
function hashOfJson(form: string, write: (value: unknown) => string): Mistake {
  return hashOf(`the JSON was hashed ${form}, and sent in another form`, (text) => {
    try {
      return write(JSON.parse(text));
    } catch {
      return text;
    }
  });
}

function canonical(mistake: string, write: NonNullable<Mistake['canonical']>): Mistake {
  return { mistake, canonical: write };
}

function toSign(mistake: string, write: NonNullable<Mistake['toSign']>): Mistake {
  return { mistake, toSign: write };
}

const MISTAKES: readonly Mistake[] = [
  lines('the path was signed without the slash at its end', ({ path }) => ({ path: path.replace(/\/+$/, '') })),
  lines('the path was signed with a slash at its end', ({ path }) => ({ path: `${path}/` })),
  lines('the path was signed without /live or /sandbox', ({ path }) => ({ path: path.replace(/^\/(live|sandbox)(?=\/)/, '') })),
  lines('the path was signed with /live at its start, and sent without', ({ path }) => ({ path: `/live${path}` })),
  lines('the path was signed with /sandbox at its start, and sent without', ({ path }) => ({ path: `/sandbox${path}` })),
  lines('the path was signed without the slash at its start', ({ path }) => ({ path: path.slice(1) })),

  lines('header names were signed as they are spelt, and not in lower case', (_, { headersAsSent }) => headerLines(headersAsSent)),
  lines('headers were signed in the order in which they are sent, and not sorted', (_, { headersAsSent }) =>
    headerLines(headersAsSent.map(([name, value]) => [name.toLowerCase(), value])),
  ),
  lines('header names were signed in lower case in the list, but not in the lines', (_, { headersAsSent }) => ({
    headers: headerLines(headersAsSent).headers,
  })),
  lines('there was a space after the colon of each header', (_, { headers }) => headerLines(headers, ': ')),
  lines('the list of header names was signed with a semicolon at its end', ({ names }) => ({ names: `${names};` })),
  lines('the list of header names was joined by commas', ({ names }) => ({ names: names.replaceAll(';', ',') })),
  lines('the idempotency key was listed, but not signed', (_, parts) => without('x-amz-pay-idempotency-key', parts)),
  lines('the region was listed, but not signed', (_, parts) => without('x-amz-pay-region', parts)),

  hashOf('the body was not hashed: the hash is that of an empty body', () => ''),
  hashOf('the body was hashed without the line break at its end', (text) => text.replace(/\r?\n$/, '')),
  hashOf('the body was hashed with a line break at its end', (text) => `${text}\n`),
  hashOf('the body was hashed with LF, and sent with CR LF', (text) => text.replaceAll('\r\n', '\n')),
  hashOf('the body was hashed with CR LF, and sent with LF', (text) => text.replaceAll(/\r?\n/g, '\r\n')),
  // First, because trim() removes the mark too.
  hashOf('the body was sent with a byte order mark that was not hashed', (text) => text.replace(/^\ufeff/, '')),
  hashOf('the body was hashed without the spaces around it', (text) => text.trim()),
  hashOfJson('in its compact form', (value) => JSON.stringify(value)),
  hashOfJson('with an indentation of 2', (value) => JSON.stringify(value, null, 2)),
  hashOfJson('with an indentation of 4', (value) => JSON.stringify(value, null, 4)),
  hashOfJson('with spaces after commas and colons, as Python writes it', spaced),
  hashOfJson('with escaped slashes, as PHP writes it', (value) => JSON.stringify(value).replaceAll('/', '\\/')),
  hashOfJson('with \\u escapes', (value) => escaped(JSON.stringify(value))),
  lines('the hash of the body is in upper case', ({ hash }) => ({ hash: hash.toUpperCase() })),
  lines('the hash of the body is in base64, and not in hex', (_, { body }) => ({ hash: sha256(body, 'base64') })),

  lines('the method is in lower case', ({ method }) => ({ method: method.toLowerCase() })),
  canonical('the empty line between the headers and the list of their names is missing', ({ method, path, query, headers, names, hash }) =>
    [method, path, query, headers, names, hash].join('\n'),
  ),
  canonical('the line of the query is missing; it is empty if there is no query', ({ method, path, headers, names, hash }) =>
    [method, path, headers, '', names, hash].join('\n'),
  ),
  canonical('the canonical request ends with a line break', (right) => `${canonicalOf(right)}\n`),
  lines('there is one empty line too many after the headers', ({ headers }) => ({ headers: `${headers}\n` })),
  canonical('the lines of the canonical request end with CR LF, and not with LF', (right) => canonicalOf(right).replaceAll('\n', '\r\n')),

  toSign('the string to sign names another algorithm than the header', (text, algorithm) => stringToSign(text, otherAlgorithm(algorithm))),
  toSign("the algorithm's name is missing in the string to sign: only the hash was signed", (text) => sha256(text)),
  toSign('the canonical request itself was signed, and not the string to sign with its hash', (text) => text),
  toSign('the string to sign contains the canonical request, and not its hash', (text, algorithm) => `${algorithm}\n${text}`),
  toSign('the string to sign ends with a line break', (...right) => `${stringToSign(...right)}\n`),
  toSign('the line of the string to sign ends with CR LF, and not with LF', (...right) => stringToSign(...right).replace('\n', '\r\n')),
  toSign('the hash in the string to sign is in upper case', (text, algorithm) => `${algorithm}\n${sha256(text).toUpperCase()}`),
  // By a function that hashes, to which a hash was passed.
  toSign('the string to sign was hashed before it was signed, which hashes it again', (...right) => sha256(stringToSign(...right))),
];

function otherAlgorithm(algorithm: string): string {
  return algorithm.endsWith('-V2') ? 'AMZN-PAY-RSASSA-PSS' : 'AMZN-PAY-RSASSA-PSS-V2';
}

/** JSON as Python writes it by default. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, item]) => `${JSON.stringify(name)}: ${spaced(item)}`)
    .join(', ')}}`;
}

function escaped(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
