import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { candidates, type SigningParts } from '../../../src/cli/sign/mistakes.ts';

const json = '{"a":"ä/b","c":[1,2]}';
const hash = (data: string): string => createHash('sha256').update(data).digest('hex');

/** A request that shows every mistake: a path with environment and slash, every header that may be missing, a body of JSON. */
const parts: SigningParts = {
  algorithm: 'AMZN-PAY-RSASSA-PSS-V2',
  method: 'POST',
  path: '/live/v2/x/',
  query: 'a=1',
  headers: [
    ['accept', 'x'],
    ['x-amz-pay-idempotency-key', 'k'],
    ['x-amz-pay-region', 'eu'],
  ],
  headersAsSent: [
    ['X-Amz-Pay-Region', 'eu'],
    ['Accept', 'x'],
    ['X-Amz-Pay-Idempotency-Key', 'k'],
  ],
  body: Buffer.from(json),
};
const withBody = (text: string): SigningParts => ({ ...parts, body: Buffer.from(text) });

/** The string that an implementation without mistakes signs, with the lines that are passed. */
function signed(lines: Partial<Record<'method' | 'path' | 'query' | 'headers' | 'names' | 'hash', string>>): string {
  const right = {
    method: 'POST',
    path: '/live/v2/x/',
    query: 'a=1',
    headers: 'accept:x\nx-amz-pay-idempotency-key:k\nx-amz-pay-region:eu',
    names: 'accept;x-amz-pay-idempotency-key;x-amz-pay-region',
    hash: hash(json),
  };
  const { method, path, query, headers, names, hash: digest } = { ...right, ...lines };
  return [method, path, query, headers, '', names, digest].join('\n');
}
const toSign = (canonical: string): string => `AMZN-PAY-RSASSA-PSS-V2\n${hash(canonical)}`;
const right = signed({});

/** Each mistake, the request that shows it, and what was signed. */
const CASES: [mistake: string, toSign: string, parts?: SigningParts][] = [
  ['the path was signed without the slash at its end', toSign(signed({ path: '/live/v2/x' }))],
  ['the path was signed with a slash at its end', toSign(signed({ path: '/live/v2/x//' }))],
  ['the path was signed without /live or /sandbox', toSign(signed({ path: '/v2/x/' }))],
  ['the path was signed with /live at its start, and sent without', toSign(signed({ path: '/live/live/v2/x/' }))],
  ['the path was signed with /sandbox at its start, and sent without', toSign(signed({ path: '/sandbox/live/v2/x/' }))],
  ['the path was signed without the slash at its start', toSign(signed({ path: 'live/v2/x/' }))],
  [
    'header names were signed as they are spelt, and not in lower case',
    toSign(
      signed({
        headers: 'X-Amz-Pay-Region:eu\nAccept:x\nX-Amz-Pay-Idempotency-Key:k',
        names: 'X-Amz-Pay-Region;Accept;X-Amz-Pay-Idempotency-Key',
      }),
    ),
  ],
  [
    'headers were signed in the order in which they are sent, and not sorted',
    toSign(
      signed({
        headers: 'x-amz-pay-region:eu\naccept:x\nx-amz-pay-idempotency-key:k',
        names: 'x-amz-pay-region;accept;x-amz-pay-idempotency-key',
      }),
    ),
  ],
  [
    'header names were signed in lower case in the list, but not in the lines',
    toSign(signed({ headers: 'X-Amz-Pay-Region:eu\nAccept:x\nX-Amz-Pay-Idempotency-Key:k' })),
  ],
  [
    'there was a space after the colon of each header',
    toSign(signed({ headers: 'accept: x\nx-amz-pay-idempotency-key: k\nx-amz-pay-region: eu' })),
  ],
  [
    'the list of header names was signed with a semicolon at its end',
    toSign(signed({ names: 'accept;x-amz-pay-idempotency-key;x-amz-pay-region;' })),
  ],
  ['the list of header names was joined by commas', toSign(signed({ names: 'accept,x-amz-pay-idempotency-key,x-amz-pay-region' }))],
  [
    'the idempotency key was listed, but not signed',
    toSign(signed({ headers: 'accept:x\nx-amz-pay-region:eu', names: 'accept;x-amz-pay-region' })),
  ],
  [
    'the region was listed, but not signed',
    toSign(signed({ headers: 'accept:x\nx-amz-pay-idempotency-key:k', names: 'accept;x-amz-pay-idempotency-key' })),
  ],
  ['the body was not hashed: the hash is that of an empty body', toSign(signed({ hash: hash('') }))],
  ['the body was hashed without the line break at its end', toSign(right), withBody(`${json}\n`)],
  ['the body was hashed with a line break at its end', toSign(signed({ hash: hash(`${json}\n`) }))],
  ['the body was hashed with LF, and sent with CR LF', toSign(signed({ hash: hash('a\nb') })), withBody('a\r\nb')],
  ['the body was hashed with CR LF, and sent with LF', toSign(signed({ hash: hash('a\r\nb') })), withBody('a\nb')],
  ['the body was hashed without the spaces around it', toSign(right), withBody(` ${json} `)],
  ['the body was sent with a byte order mark that was not hashed', toSign(signed({ hash: hash('text') })), withBody('\ufefftext')],
  ['the JSON was hashed in its compact form, and sent in another form', toSign(right), withBody(JSON.stringify(JSON.parse(json), null, 1))],
  [
    'the JSON was hashed with an indentation of 2, and sent in another form',
    toSign(signed({ hash: hash(JSON.stringify(JSON.parse(json), null, 2)) })),
  ],
  [
    'the JSON was hashed with an indentation of 4, and sent in another form',
    toSign(signed({ hash: hash(JSON.stringify(JSON.parse(json), null, 4)) })),
  ],
  [
    'the JSON was hashed with spaces after commas and colons, as Python writes it, and sent in another form',
    toSign(signed({ hash: hash('{"a": "ä/b", "c": [1, 2]}') })),
  ],
  [
    'the JSON was hashed with escaped slashes, as PHP writes it, and sent in another form',
    toSign(signed({ hash: hash('{"a":"ä\\/b","c":[1,2]}') })),
  ],
  ['the JSON was hashed with \\u escapes, and sent in another form', toSign(signed({ hash: hash('{"a":"\\u00e4/b","c":[1,2]}') }))],
  ['the hash of the body is in upper case', toSign(signed({ hash: hash(json).toUpperCase() }))],
  ['the hash of the body is in base64, and not in hex', toSign(signed({ hash: createHash('sha256').update(json).digest('base64') }))],
  ['the method is in lower case', toSign(signed({ method: 'post' }))],
  ['the empty line between the headers and the list of their names is missing', toSign(right.replace('\n\n', '\n'))],
  ['the line of the query is missing; it is empty if there is no query', toSign(right.replace('a=1\n', ''))],
  ['the canonical request ends with a line break', toSign(`${right}\n`)],
  ['there is one empty line too many after the headers', toSign(right.replace('\n\n', '\n\n\n'))],
  ['the lines of the canonical request end with CR LF, and not with LF', toSign(right.replaceAll('\n', '\r\n'))],
  ['the string to sign names another algorithm than the header', toSign(right).replace('-V2', '')],
  ["the algorithm's name is missing in the string to sign: only the hash was signed", hash(right)],
  ['the canonical request itself was signed, and not the string to sign with its hash', right],
  ['the string to sign contains the canonical request, and not its hash', `AMZN-PAY-RSASSA-PSS-V2\n${right}`],
  ['the string to sign ends with a line break', `${toSign(right)}\n`],
  ['the line of the string to sign ends with CR LF, and not with LF', toSign(right).replace('\n', '\r\n')],
  ['the hash in the string to sign is in upper case', `AMZN-PAY-RSASSA-PSS-V2\n${hash(right).toUpperCase()}`],
  ['the string to sign was hashed before it was signed, which hashes it again', hash(toSign(right))],
];

describe('candidates', () => {
  test('starts with the right string', () => {
    const [first] = candidates(parts);
    expect(first).toEqual({ mistake: undefined, canonicalRequest: right, stringToSign: toSign(right) });
  });

  test.each<[string, string, SigningParts?]>(CASES)('finds: %s', (mistake, text, request = parts) => {
    const found = [...candidates(request)].find(({ stringToSign }) => stringToSign === text);
    expect(found?.mistake).toBe(mistake);
  });

  test('has no mistake without a case here, and lists no mistake twice', () => {
    const known = new Set(CASES.map(([mistake]) => mistake));
    const requests = [...new Set(CASES.map(([, , request = parts]) => request))];
    for (const request of requests) {
      const mistakes = [...candidates(request)].flatMap(({ mistake }) => mistake ?? []);
      expect(mistakes.filter((mistake) => !known.has(mistake))).toEqual([]);
      expect(new Set(mistakes).size).toBe(mistakes.length);
    }
  });

  test('leaves out the mistakes that a request cannot show', () => {
    const plain: SigningParts = { ...parts, path: '/v2/x', body: Buffer.from('not JSON'), headersAsSent: parts.headers };
    const mistakes = [...candidates(plain)].map(({ mistake }) => mistake);
    expect(mistakes.filter((mistake) => /JSON|without the slash at its end|without \/live|spelt|order/.test(mistake ?? ''))).toEqual([]);
  });
});
