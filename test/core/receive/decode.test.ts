import { randomBytes } from 'node:crypto';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { decodeJson, decodeText, decompress, encodingsOf } from '../../../src/core/receive/decode.ts';
import { waybillErrorOf } from '../../support/errors.ts';
import { anyCharacter } from '../../support/text.ts';

const utf16 = (text: string, isBig = false): Buffer => (isBig ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text, 'utf16le'));

/** How a JSON text may arrive. */
const encodings: Readonly<Record<string, (json: string) => unknown>> = {
  'a string': (json) => json,
  'a string with whitespace around it': (json) => ` \r\n\t${json}\n`,
  'a string with a no-break space around it': (json) => `\u00a0${json}\u00a0`,
  'a string with a byte order mark': (json) => `\ufeff${json}`,
  UTF8: (json) => Buffer.from(json),
  'UTF-8 with a byte order mark': (json) => Buffer.from(`\ufeff${json}`),
  'an ArrayBuffer': (json) => new TextEncoder().encode(json).buffer,
  'UTF-16, little end first': (json) => utf16(json),
  'UTF-16, big end first': (json) => utf16(json, true),
  'UTF-16 with a byte order mark': (json) => utf16(`\ufeff${json}`),
  'UTF-16, big end first, with a byte order mark': (json) => utf16(`\ufeff${json}`, true),
};

describe('decodeJson', () => {
  // Strings apart, which may be JSON themselves.
  const anyJson = fc.jsonValue({ stringUnit: anyCharacter }).filter((value) => typeof value !== 'string');

  test.each(Object.entries(encodings))('reads any JSON back from %s, also encoded several times', (_, encode) => {
    fc.assert(
      fc.property(anyJson, fc.nat(4), (value, times) => {
        let json = JSON.stringify(value);
        const expected = JSON.parse(json);
        for (let time = 0; time < times; time += 1) json = JSON.stringify(json);
        expect(decodeJson(encode(json))).toEqual({ value: expected });
      }),
    );
  });

  test('returns what is neither string nor bytes as it is', () => {
    const object = { a: '1' };
    for (const value of [object, [object], 5, null, undefined, true]) expect(decodeJson(value)).toEqual({ value });
  });

  test.each<[unknown, string]>([
    ['', 'an empty string'],
    [' \n', '2 characters that are not JSON: there is only whitespace'],
    ['x', '1 character that is not JSON: it does not end'],
    [new Uint8Array(), 'an empty string'],
    ['[object Object]', '15 characters that are not JSON: an object was converted to a string without JSON.stringify()'],
    ['businessProduct/a/order/b', '25 characters that are not JSON: a resource path without its event'],
    ['<html></html>', '13 characters that are not JSON: it looks like HTML or XML'],
    [Buffer.from('{"secret":1}').toString('base64'), '16 characters that are not JSON: it looks like base64'],
    ['{"secret":1,}', '13 characters that are not JSON: probably because of the trailing comma at character 12'],
    ['{"secret":1 ,\n }', '16 characters that are not JSON: probably because of the trailing comma at character 13'],
    ['{"secret":tru}', '14 characters that are not JSON: there is a syntax error'],
    ['{"a":{}, "secret', '16 characters that are not JSON: it does not end with } or ], so it may be cut off'],
    ['not found: abcdefghijklmnop', '27 characters that are not JSON: it does not end with }'],
    ['abcdefghijklmnop not found', '26 characters that are not JSON: it does not end with }'],
    ['{"secret":', '10 characters that are not JSON: it does not end with } or ], so it may be cut off'],
    [new Uint8Array([0xff, 0xfe]), 'an empty string'],
    [JSON.stringify('secret'), '6 characters that are not JSON'],
  ])('says of %o what it may be, without showing it', (input, problem) => {
    const decoded = decodeJson(input);
    expect(decoded).toEqual({ problem: expect.stringContaining(problem) });
    expect(JSON.stringify(decoded)).not.toContain('secret');
  });

  test('stops at JSON that was encoded more than eight times', () => {
    let json = '{}';
    for (let time = 1; time < 8; time += 1) json = JSON.stringify(json);
    expect(decodeJson(json)).toEqual({ value: {} });
    expect(decodeJson(JSON.stringify(json))).toEqual({ problem: 'JSON that was encoded more than 8 times' });
  });

  test.each([
    ['brackets without end', '['.repeat(1_000_000)],
    ['commas without end', `[${', '.repeat(500_000)}`],
    ['spaces after commas', `[1${`,${' '.repeat(1_000)}`.repeat(1_000)}x`],
    ['backslashes', '\\'.repeat(1_000_000)],
  ])('a megabyte of %s is refused in no more time than it is long', (_, text) => {
    expect(decodeJson(text)).toHaveProperty('problem');
  });

  test('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string({ unit: anyCharacter }), fc.uint8Array()), (input) => {
        expect(Object.keys(decodeJson(input))).toHaveLength(1);
      }),
    );
  });
});

describe('decodeText', () => {
  test.each([
    ['nothing', [], ''],
    ['one byte', [0x31], '1'],
    ['half a unit at the end', [0x31, 0, 0x32], '1'],
    ['zeros', [0, 0, 0], '\0\0\0'],
    ['UTF-8 that starts with a letter', [0x61, 0xc3, 0xa4], 'aä'],
    ['half of a byte order mark and UTF-8, little end first', [0xff, 0x61], '\ufffda'],
    ['UTF-8 and half of a byte order mark, little end first', [0x61, 0xfe], 'a\ufffd'],
    ['half of a byte order mark and UTF-8, big end first', [0xfe, 0x61], '\ufffda'],
    ['UTF-8 and half of a byte order mark, big end first', [0x61, 0xff], 'a\ufffd'],
    ['a byte order mark inside the text', [...utf16('a\ufeffb')], 'a\ufeffb'],
    ['a surrogate pair in UTF-16', [...utf16('1😀')], '1😀'],
  ])('of %s', (_, bytes, text) => {
    expect(decodeText(new Uint8Array(bytes))).toBe(text);
  });

  test('a megabyte of UTF-16 is no matter', () => {
    const text = 'ä'.repeat(500_000);
    expect(decodeText(new Uint8Array(utf16(`"${text}"`)))).toBe(`"${text}"`);
  });
});

describe('encodingsOf', () => {
  const gzip = gzipSync('{}');

  test.each<[string, Iterable<number>, string | undefined, string[]]>([
    ['plain bytes', [0x7b, 0x7d], undefined, []],
    ['plain bytes that are called identity', [0x7b, 0x7d], 'identity', []],
    ['only the first byte of gzip', [0x1f, 0x7d], undefined, []],
    ['only the second byte of gzip', [0x7b, 0x8b], undefined, []],
    ['gzip without a header', gzip, undefined, ['gzip']],
    ['gzip that is called identity', gzip, 'identity', ['gzip']],
    ['empty names', [0x7b, 0x7d], 'gzip, , BR,', ['gzip', 'br']],
    ['more than three names, of which the last count', [0x7b, 0x7d], 'br, gzip, deflate, gzip', ['gzip', 'deflate', 'gzip']],
  ])('of %s', (_, bytes, header, expected) => {
    expect(encodingsOf(Uint8Array.from(bytes), header)).toEqual(expected);
  });
});

describe('decompress', () => {
  const compressions: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ];
  const plain = (bytes: Uint8Array) => Buffer.from(bytes).toString();

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test.each(compressions)('undoes %s', async (name, compress) => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (text) => {
        const json = JSON.stringify({ text });
        const { bytes, isCut } = await decompress('core', new Uint8Array(compress(Buffer.from(json))), name.toUpperCase(), 100_000);
        expect([plain(bytes), isCut]).toEqual([json, false]);
      }),
      { numRuns: 20 },
    );
  });

  test('undoes several, last one first, and gzip that no header names', async () => {
    const twice = new Uint8Array(brotliCompressSync(gzipSync(Buffer.from('{}'))));
    expect(plain((await decompress('core', twice, 'gzip, identity, br', 100)).bytes)).toBe('{}');
    expect(plain((await decompress('core', new Uint8Array(gzipSync('{}')), undefined, 100)).bytes)).toBe('{}');
  });

  test.each([undefined, '', 'identity', 'gzip', 'br', 'zstd', 'gzip, br'])(
    'leaves what is plain already, whatever the header says: %s',
    async (name) => {
      const { bytes, isCut } = await decompress('core', new Uint8Array(Buffer.from('{"a":1}')), name, 100);
      expect([plain(bytes), isCut]).toEqual(['{"a":1}', false]);
    },
  );

  test.each([' {}', '\t{}', '\n{}', '\r\n{}', '\0{\0}'])('leaves %j, which is text, whatever the header says', async (text) => {
    expect(plain((await decompress('core', new Uint8Array(Buffer.from(text)), 'gzip', 100)).bytes)).toBe(text);
  });

  test.each(compressions)('cuts a bomb of %s at the limit', async (name, compress) => {
    const bomb = new Uint8Array(compress(Buffer.alloc(5_000_000, ' ')));
    const { bytes, isCut } = await decompress('core', bomb, name, 10_000);
    expect(isCut).toBe(true);
    expect(bytes.length).toBeLessThanOrEqual(10_000);
  });

  test('cuts a bomb inside a bomb at the first limit', async () => {
    const bomb = new Uint8Array(gzipSync(gzipSync(Buffer.alloc(20_000_000, ' '))));
    expect(await decompress('core', bomb, 'gzip, gzip', 10_000)).toMatchObject({ isCut: true });
    // The inner one is then cut off too, which is not why it is refused.
    const dense = new Uint8Array(gzipSync(gzipSync(randomBytes(30_000))));
    expect(await decompress('core', dense, 'gzip, gzip', 10_000)).toMatchObject({ isCut: true });
  });

  test.each(compressions)('says of damaged %s that it is damaged, so that it is redelivered', async (name, compress) => {
    const whole = compress(Buffer.from(JSON.stringify({ text: 'x'.repeat(100), list: Array.from({ length: 200 }, (_, at) => at) })));
    const error = await waybillErrorOf(() => decompress('core', new Uint8Array(whole.subarray(0, whole.length - 40)), name, 100_000));
    expect(error).toMatchObject({
      code: 'CONNECTION',
      surface: 'core',
      attempts: 1,
      hint: expect.stringContaining('It is redelivered'),
    });
    expect(error).toMatchObject({ message: `the body is damaged or cut off: it does not decompress with "${name}"` });
  });

  test.each([
    ['zstd', 'zstd'],
    ['compress', 'compress'],
    ['__proto__', '__proto__'],
    [`x${'y'.repeat(50)}`, `x${'y'.repeat(19)}`],
    ['a"b\\', 'a\\"b\\\\'],
  ])('says of the encoding %s that this runtime cannot undo it', async (name, shown) => {
    const error = await waybillErrorOf(() => decompress('core', new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]), name, 100));
    expect(error).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining(`"${shown}"`),
      hint: expect.stringContaining('proxy'),
    });
  });

  test.each(compressions)('says of %s that a runtime without it cannot undo it', async (name, compress) => {
    vi.stubGlobal('process', { ...process, getBuiltinModule: name === 'br' ? undefined : process.getBuiltinModule });
    vi.stubGlobal('DecompressionStream', undefined);
    const error = await waybillErrorOf(() => decompress('core', new Uint8Array(compress(Buffer.from('{}'.repeat(50)))), name, 1_000));
    expect(error).toMatchObject({ code: 'CONFIGURATION', message: expect.stringContaining(`"${name}"`) });
  });

  test('says so too on a runtime without Brotli', async () => {
    vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });
    const supported = new DecompressionStream('gzip');
    vi.stubGlobal(
      'DecompressionStream',
      class {
        constructor(format: string) {
          if (format !== 'gzip') throw new TypeError('unknown format');
          // biome-ignore lint/correctness/noConstructorReturn: stands for the platform's own.
          return supported;
        }
      },
    );
    const error = await waybillErrorOf(() => decompress('core', new Uint8Array(brotliCompressSync('{}'.repeat(50))), 'br', 1_000));
    expect(error).toMatchObject({ code: 'CONFIGURATION', message: expect.stringContaining('"br"') });
  });
});
