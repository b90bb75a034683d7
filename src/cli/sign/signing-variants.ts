/**
 * The mistakes that implementations of Amazon Pay's signature make: what they sign in place of the string to sign.
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
  /** Names in lower case, sorted, with values as they are signed. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** As the request spells and orders them. */
  readonly headersAsSent: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** A string that may have been signed, with what is wrong about it. */
export interface Variant {
  /** Empty where nothing is. */
  readonly mistakes: readonly string[];
  readonly canonicalRequest: string;
  readonly stringToSign: string;
}

interface Choice<Value> {
  /** Absent where it is right. */
  readonly mistake?: string;
  readonly value: Value;
}

/** The lines of the headers, and the list of their names. */
type HeaderBlock = readonly [lines: string, names: string];
/** How the parts are put together. */
type Layout = (method: string, path: string, query: string, headers: HeaderBlock, hash: string) => string;

/** Three mistakes at once are another implementation. */
const MAX_MISTAKES = 2;

/** Everything that may have been signed, the right one first, then those with the fewest mistakes. */
export function signingVariants(parts: SigningParts): readonly Variant[] {
  const { algorithm, method, query } = parts;
  type Chosen = readonly [Choice<string>, Choice<HeaderBlock>, Choice<string>, Choice<Layout>];
  const all = combinations([paths(parts), headerBlocks(parts), payloadHashes(parts), layouts]) as Iterable<unknown> as Iterable<Chosen>;
  const variants: Variant[] = [];
  for (const [path, block, hash, layout] of all) {
    const canonicalRequest = layout.value(method, path.value, query, block.value, hash.value);
    for (const text of stringsToSign(algorithm, canonicalRequest)) {
      const mistakes = mistakesOf([path, block, hash, layout, text]);
      if (mistakes.length <= MAX_MISTAKES) variants.push({ mistakes, canonicalRequest, stringToSign: text.value });
    }
  }
  return variants.sort((a, b) => a.mistakes.length - b.mistakes.length);
}

/** Each way of taking one choice of every list. */
function* combinations(lists: readonly (readonly Choice<unknown>[])[]): Generator<readonly Choice<unknown>[]> {
  const [first, ...others] = lists;
  if (!first) return yield [];
  for (const choice of first) {
    for (const rest of combinations(others)) {
      const chosen = [choice, ...rest];
      if (mistakesOf(chosen).length <= MAX_MISTAKES) yield chosen;
    }
  }
}

function mistakesOf(choices: readonly Choice<unknown>[]): readonly string[] {
  return choices.flatMap(({ mistake }) => mistake ?? []);
}

function paths({ path }: SigningParts): Choice<string>[] {
  const withoutEnvironment = path.replace(/^\/(live|sandbox)(?=\/)/, '');
  return distinct([
    { value: path },
    { value: path.replace(/\/+$/, ''), mistake: 'the path was signed without the slash at its end' },
    { value: `${path}/`, mistake: 'the path was signed with a slash at its end' },
    { value: withoutEnvironment, mistake: 'the path was signed without /live or /sandbox' },
    { value: `/live${path}`, mistake: 'the path was signed with /live in front, and sent without' },
    { value: `/sandbox${path}`, mistake: 'the path was signed with /sandbox in front, and sent without' },
    { value: path.slice(1), mistake: 'the path was signed without the slash at its start' },
  ]);
}

function headerBlocks({ headers, headersAsSent }: SigningParts): Choice<HeaderBlock>[] {
  const write = (pairs: SigningParts['headers'], between = ':'): HeaderBlock => [
    pairs.map(([name, value]) => `${name}${between}${value}`).join('\n'),
    pairs.map(([name]) => name).join(';'),
  ];
  const lower = headersAsSent.map(([name, value]) => [name.toLowerCase(), value] as const);
  const without = (name: string) => headers.filter(([key]) => key !== name);
  const right = write(headers);
  return distinct([
    { value: right },
    { value: write(headersAsSent), mistake: 'header names were signed as they are spelt, and not in lower case' },
    { value: write(lower), mistake: 'headers were signed in the order in which they are sent, and not sorted' },
    {
      value: [write(headersAsSent)[0], right[1]] as const,
      mistake: 'header names were signed in lower case in the list, but not in the lines',
    },
    { value: write(headers, ': '), mistake: 'there was a blank after the colon of each header' },
    { value: [right[0], `${right[1]};`] as const, mistake: 'the list of header names was signed with a semicolon at its end' },
    { value: [right[0], right[1].replaceAll(';', ',')] as const, mistake: 'the list of header names was joined by commas' },
    { value: write(without('x-amz-pay-idempotency-key')), mistake: 'the idempotency key was listed, but not signed' },
    { value: write(without('x-amz-pay-region')), mistake: 'the region was listed, but not signed' },
  ]);
}

function payloadHashes({ body }: SigningParts): Choice<string>[] {
  const text = body.toString('utf8');
  const hash = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
  const json = parseJson(text);
  const of = (data: string, mistake: string): Choice<string> => ({ value: hash(data), mistake });
  return distinct([
    { value: hash(body) },
    of('', 'the body was not hashed: the hash is that of nothing'),
    of(text.replace(/\r?\n$/, ''), 'the body was hashed without the line break at its end'),
    of(`${text}\n`, 'the body was hashed with a line break at its end'),
    of(text.replaceAll('\r\n', '\n'), 'the body was hashed with other line ends than were sent'),
    of(text.replaceAll(/\r?\n/g, '\r\n'), 'the body was hashed with other line ends than were sent'),
    of(text.trim(), 'the body was hashed without the blanks around it'),
    of(text.replace(/^\ufeff/, ''), 'the body was sent with a byte order mark that was not hashed'),
    ...(json === undefined
      ? []
      : [
          of(JSON.stringify(json), 'the JSON was hashed in its compact form, and sent in another'),
          of(JSON.stringify(json, null, 2), 'the JSON was hashed with indents, and sent without'),
          of(JSON.stringify(json, null, 4), 'the JSON was hashed with indents, and sent without'),
          // Python's json.dumps.
          of(spaced(json), 'the JSON was hashed with blanks after commas and colons, and sent without'),
          // PHP's json_encode.
          of(JSON.stringify(json).replaceAll('/', '\\/'), 'the JSON was hashed with escaped slashes, and sent without'),
          of(escaped(JSON.stringify(json)), 'the JSON was hashed with \\u escapes, and sent without'),
        ]),
    { value: createHash('sha256').update(body).digest('hex').toUpperCase(), mistake: 'the hash of the body is in upper case' },
    { value: createHash('sha256').update(body).digest('base64'), mistake: 'the hash of the body is in base64, and not in hex' },
  ]);
}

const layouts: readonly Choice<Layout>[] = [
  { value: (method, path, query, [lines, names], hash) => [method, path, query, lines, '', names, hash].join('\n') },
  {
    value: (method, path, query, [lines, names], hash) => [method, path, query, lines, names, hash].join('\n'),
    mistake: 'the empty line between the headers and the list of their names is missing',
  },
  {
    value: (method, path, _, [lines, names], hash) => [method, path, lines, '', names, hash].join('\n'),
    mistake: 'the line of the query is missing; it is empty where there is none',
  },
  {
    value: (method, path, query, [lines, names], hash) => [method, path, query, lines, '', names, hash, ''].join('\n'),
    mistake: 'the canonical request ends in a line break',
  },
  {
    value: (method, path, query, [lines, names], hash) => [method, path, query, lines, '', '', names, hash].join('\n'),
    mistake: 'there is one empty line too many after the headers',
  },
  {
    value: (method, path, query, [lines, names], hash) =>
      [method, path, query, lines, '', names, hash].join('\r\n').replaceAll(/\r?\n/g, '\r\n'),
    mistake: 'the lines of the canonical request end in CR LF, and not in LF',
  },
  {
    value: (method, path, query, [lines, names], hash) => [method.toLowerCase(), path, query, lines, '', names, hash].join('\n'),
    mistake: 'the method is in lower case',
  },
];

function stringsToSign(algorithm: string, canonicalRequest: string): Choice<string>[] {
  const hash = createHash('sha256').update(canonicalRequest).digest('hex');
  const other = algorithm.endsWith('-V2') ? 'AMZN-PAY-RSASSA-PSS' : 'AMZN-PAY-RSASSA-PSS-V2';
  return [
    { value: `${algorithm}\n${hash}` },
    { value: `${other}\n${hash}`, mistake: `the string to sign names ${other}, and the header ${algorithm}` },
    { value: hash, mistake: "the algorithm's name is missing in the string to sign: only the hash was signed" },
    { value: canonicalRequest, mistake: 'the canonical request was signed itself, and not the string to sign with its hash' },
    { value: `${algorithm}\n${canonicalRequest}`, mistake: 'the string to sign holds the canonical request, and not its hash' },
    { value: `${algorithm}\n${hash}\n`, mistake: 'the string to sign ends in a line break' },
    { value: `${algorithm}\r\n${hash}`, mistake: 'the line of the string to sign ends in CR LF, and not in LF' },
    { value: `${algorithm}\n${hash.toUpperCase()}`, mistake: 'the hash in the string to sign is in upper case' },
    // Signed by a function that hashes, given what is hashed already.
    {
      value: createHash('sha256').update(`${algorithm}\n${hash}`).digest('hex'),
      mistake: 'the string to sign was hashed before it was signed, which hashes it again',
    },
  ];
}

/** Without what comes out the same as a choice before. */
function distinct<Value>(choices: readonly Choice<Value>[]): Choice<Value>[] {
  const seen = new Set<string>();
  return choices.filter(({ value }) => {
    const key = JSON.stringify(value);
    return !seen.has(key) && seen.add(key);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
