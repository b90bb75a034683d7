/**
 * The official SDKs' own cases for the canonical request: 17 of Java and 13 of .NET, each with both algorithms, read from where they lie
 * beside this repository. All 60 hold.
 *
 * One of them, Java's get-slashes, expects `/` of `//foo//`. That is right for a string, because by RFC 3986 `//foo` names a host there; a URL
 * with a host and that path gives `/foo/`, as .NET's GetWithTooManySlashesInUri expects.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { AmazonPayAlgorithm } from '../../src/amazonpay/index.ts';
import { canonicalRequest, stringToSign } from '../../src/amazonpay/signing/canonical-request.ts';

interface Vector {
  readonly source: 'java' | 'dotnet';
  readonly name: string;
  readonly method: string;
  readonly uri: string;
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly payload: string;
  readonly algorithm: AmazonPayAlgorithm;
  readonly canonicalRequest: string;
  readonly stringToSign: string;
}

const file = new URL('../../../shared/data/amazon-pay-signing-vectors.json', import.meta.url);
const isHere = existsSync(file);
const vectors: readonly Vector[] = isHere ? JSON.parse(readFileSync(file, 'utf8')) : [];

// In no order and spelt in several ways: sorting and lower case are part of what is tested.
const headersOf = ({ source }: Vector): Record<string, string> => ({
  'X-Amz-Pay-Region': source === 'java' ? 'EU' : 'eu',
  'x-amz-pay-host': 'pay-api.amazon.eu',
  'Content-Type': '  application/json ',
  'X-AMZ-PAY-DATE': '20180524T223710Z',
  accept: 'application/json',
});

const pairsOf = ({ query }: Vector): [string, string][] =>
  Object.entries(query).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
const escapedQuery = (vector: Vector): string =>
  pairsOf(vector)
    .map((pair) => pair.map(encodeURIComponent).join('='))
    .join('&');
const formQuery = (vector: Vector): string => new URLSearchParams(pairsOf(vector)).toString();

const title = isHere
  ? 'the official cases'
  : 'the official cases: SKIPPED, for ../shared/data/amazon-pay-signing-vectors.json is not beside this clone';

describe.skipIf(!isHere)(title, () => {
  test('are 34 of Java and 26 of .NET', () => {
    expect(vectors.filter(({ source }) => source === 'java')).toHaveLength(34);
    expect(vectors.filter(({ source }) => source === 'dotnet')).toHaveLength(26);
  });

  test.each(vectors)('$source $name, $algorithm', (vector) => {
    const { method, uri, payload, algorithm } = vector;
    for (const query of [escapedQuery(vector), formQuery(vector)]) {
      const canonical = canonicalRequest({ method, url: `${uri}?${query}`, headers: headersOf(vector), body: payload });
      expect(canonical).toBe(vector.canonicalRequest);
      expect(stringToSign(algorithm, canonical)).toBe(vector.stringToSign);
    }
  });

  test.each(vectors.filter(({ name }) => name !== 'get-slashes'))('$source $name, $algorithm, as a URL that fetch would send', (vector) => {
    const url = new URL(vector.uri, 'https://pay-api.amazon.eu');
    for (const [name, value] of pairsOf(vector)) url.searchParams.append(name, value);
    expect(canonicalRequest({ method: vector.method.toLowerCase(), url, headers: new Headers(headersOf(vector)) })).toBe(
      vector.canonicalRequest,
    );
  });
});
