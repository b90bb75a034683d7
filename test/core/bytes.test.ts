import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  bytesOf,
  concatBytes,
  decodeBase64,
  decodePercent,
  decodeStrictUtf8,
  decodeUtf8,
  encodeBase64,
  encodeUtf8,
  hashHex,
  isSecret,
  readStream,
} from '../../src/core/bytes.ts';
import { digest, sha256Hex } from '../../src/core/digest.ts';
import { anyCharacter } from '../support/text.ts';

const anyBytes = fc.uint8Array({ maxLength: 300 });

describe('strings and bytes', () => {
  test('UTF-8 of any well-formed string comes back, without a byte order mark', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const read = decodeUtf8(encodeUtf8(text));
        expect(read).toBe(text.replace(/^\uFEFF/, ''));
      }),
    );
    expect(decodeUtf8(encodeUtf8('a\ud800b'))).toBe('a\ufffdb');
    expect(decodeUtf8(new Uint8Array([0x61, 0xff]))).toBe('a\ufffd');
  });

  test('base64 of any bytes comes back: standard, URL-safe, without padding, with line breaks', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const standard = encodeBase64(bytes);
        expect(standard).toBe(Buffer.from(bytes).toString('base64'));
        for (const text of [standard, Buffer.from(bytes).toString('base64url'), standard.replace(/.{20}/g, '$&\r\n')]) {
          expect(decodeBase64(text)).toEqual(new Uint8Array(bytes));
        }
      }),
    );
  });

  test('need no encoder before they are used: jsdom, for one, has none', async () => {
    vi.stubGlobal('TextEncoder', undefined);
    vi.stubGlobal('TextDecoder', undefined);
    vi.resetModules();
    const fresh = await import('../../src/core/bytes.ts');
    vi.unstubAllGlobals();
    expect([...fresh.encodeUtf8('ä')]).toEqual([0xc3, 0xa4]);
    expect(fresh.decodeUtf8(new Uint8Array([0xc3, 0xa4]))).toBe('ä');
  });

  test.each(['a', '====', 'a=b', 'ä', '{"a":1}', '%'])('%j is not base64', (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });
});

test.each([
  [[0x62, 0xc3, 0xa4], 'bä'],
  [[0xef, 0xbb, 0xbf, 0x62], '\ufeffb'],
  [[], ''],
  [[0x62, 0xff], undefined],
  [[0xc3], undefined],
])('the string for exactly the bytes %j is %j', (bytes, text) => {
  expect(decodeStrictUtf8(new Uint8Array(bytes))).toBe(text);
});

describe('digests', () => {
  test('are those of node:crypto', () => {
    return fc.assert(
      fc.asyncProperty(anyBytes, fc.string(), async (bytes, text) => {
        const expected = (data: Uint8Array | string) => createHash('sha256').update(data).digest();
        expect(Buffer.from(digest(bytes))).toEqual(expected(bytes));
        expect(sha256Hex(text)).toBe(expected(text).toString('hex'));
        expect([await hashHex(text), await hashHex(encodeUtf8(text))]).toEqual(new Array(2).fill(sha256Hex(text)));
      }),
    );
  });

  test('a string is the secret only if every character is', () => {
    const anyText = fc.string({ unit: anyCharacter, minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(anyText, anyText, fc.nat(), (secret, other, at) => {
        expect(isSecret(`${secret}`, secret)).toBe(true);
        expect(isSecret(other, secret)).toBe(other === secret);
        const changed = String.fromCharCode(secret.charCodeAt(at % secret.length) ^ 1);
        const index = at % secret.length;
        expect(isSecret(secret.slice(0, index) + changed + secret.slice(index + 1), secret)).toBe(false);
      }),
    );
  });

  test.each([
    ['', 'a'],
    ['aa', 'a'],
    ['a', 'aa'],
    ['abab', 'ab'],
    ['ab\0', 'ab'],
    ['\0', '\0\0'],
  ])('%j is not %j', (given, secret) => {
    expect(isSecret(given, secret)).toBe(false);
  });
});

describe('bytesOf', () => {
  test.each<[string, unknown, number[] | undefined]>([
    ['a Uint8Array', new Uint8Array([1, 2]), [1, 2]],
    ['a Buffer out of a pool', Buffer.from([1, 2]), [1, 2]],
    ['a part of a buffer', new Uint8Array([0, 1, 2, 3]).subarray(1, 3), [1, 2]],
    ['a DataView', new DataView(new Uint8Array([1, 2]).buffer), [1, 2]],
    ['an ArrayBuffer', new Uint8Array([1, 2]).buffer, [1, 2]],
    ['one of another realm', runInNewContext('new Uint8Array([1, 2]).buffer'), [1, 2]],
    ['a view of another realm', runInNewContext('new Uint8Array([1, 2])'), [1, 2]],
    ['an array', [1, 2], undefined],
    ['a string', 'ab', undefined],
    ['nothing', undefined, undefined],
    ['null', null, undefined],
    ['an object without a prototype', Object.create(null), undefined],
    ['an object that says how many bytes it has', { byteLength: 2 }, undefined],
    ['an object that calls itself a buffer and has no length', { [Symbol.toStringTag]: 'ArrayBuffer' }, undefined],
  ])('%s', (_, value, bytes) => {
    const read = bytesOf(value);
    expect(read && [...read]).toEqual(bytes);
  });
});

test('chunks become one, cut at the size', () => {
  fc.assert(
    fc.property(fc.array(anyBytes), fc.nat(20), (chunks, less) => {
      const all = chunks.flatMap((chunk) => [...chunk]);
      expect([...concatBytes(chunks, all.length)]).toEqual(all);
      const last = chunks.at(-1)?.length ?? 0;
      const size = all.length - Math.min(less, last);
      expect([...concatBytes(chunks, size)]).toEqual(all.slice(0, size));
    }),
  );
});

describe('readStream', () => {
  const streamOf = (...chunks: unknown[]) =>
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk);
        controller.close();
      },
    });

  test('reads all of it, up to the limit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyBytes, { maxLength: 8 }), fc.nat(1_000), async (chunks, limit) => {
        const all = chunks.flatMap((chunk) => [...chunk]);
        const { bytes, isCut, failure } = await readStream(streamOf(...chunks), limit);
        expect([...bytes]).toEqual(all.slice(0, limit));
        expect([isCut, failure]).toEqual([all.length > limit, undefined]);
      }),
    );
  });

  test('reads strings, which frameworks that decode a body leave, and empty chunks between', async () => {
    const { bytes } = await readStream(streamOf('ä', '', new Uint8Array(), new Uint8Array([0x62]).buffer), 100);
    expect(decodeUtf8(bytes)).toBe('äb');
  });

  test('reads a stream of Node, as node-fetch has one, and stops reading one without end', async () => {
    const whole = await readStream(Readable.from([Buffer.from('ä'), Buffer.from('b')]), 100);
    expect([decodeUtf8(whole.bytes), whole.isCut]).toEqual(['äb', false]);
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1_000);
      })(),
    );
    const { bytes, isCut } = await readStream(endless, 5_000);
    expect([bytes.length, isCut]).toEqual([5_000, true]);
    await vi.waitFor(() => expect(endless.destroyed).toBe(true), { timeout: 20_000 });
  });

  test('reads a stream that cannot be iterated, as in some browsers', async () => {
    const stream = streamOf(new Uint8Array([0x61]));
    const onlyReadable = { getReader: () => stream.getReader() };
    expect(decodeUtf8((await readStream(onlyReadable as ReadableStream, 100)).bytes)).toBe('a');
  });

  test('stops reading a stream without end, and cancels it', async () => {
    let pulled = 0;
    let isCancelled = false;
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(++pulled && 1_000)),
      cancel() {
        isCancelled = true;
        throw new Error('cannot be cancelled');
      },
    });
    expect(await readStream(endless, 5_000)).toMatchObject({ isCut: true });
    expect(isCancelled).toBe(true);
    expect(pulled).toBeLessThan(10);
  });

  test.each<[string, () => ReadableStream, number[]]>([
    [
      'that breaks off',
      () => {
        let pulls = 0;
        return new ReadableStream({
          pull: (controller) => (pulls++ === 0 ? controller.enqueue(new Uint8Array([1])) : controller.error(new Error('reset'))),
        });
      },
      [1],
    ],
    ['of what is not bytes', () => streamOf(new Uint8Array([1]), { length: 5 }), [1]],
    [
      'that somebody else reads',
      () => {
        const stream = streamOf(new Uint8Array([1]));
        stream.getReader();
        return stream;
      },
      [],
    ],
  ])('says why one %s failed, and keeps what came before', async (_, makeStream, kept) => {
    const { bytes, failure } = await readStream(makeStream(), 100);
    expect([...bytes]).toEqual(kept);
    expect(failure?.error).toBeInstanceOf(Error);
  });

  test('releases one that it cannot read to its end', async () => {
    const cancel = vi.fn();
    const odd = new ReadableStream({ pull: (controller) => controller.enqueue(7), cancel });
    expect((await readStream(odd, 100)).failure?.error).toBeInstanceOf(TypeError);
    expect(cancel).toHaveBeenCalledOnce();
  });

  test.each<[string, object]>([
    ['without cancel()', {}],
    ['whose cancel() returns nothing', { cancel: () => undefined }],
    ['whose cancel() throws', { cancel: () => Promise.reject(new Error('locked')) }],
  ])('never throws, whatever the reader is, such as one %s', async (_, methods) => {
    const chunk = { done: false, value: new Uint8Array(200) };
    const large = { getReader: () => ({ read: async () => chunk, ...methods }) } as unknown as ReadableStream;
    expect(await readStream(large, 100)).toMatchObject({ isCut: true });
    const failing = { getReader: () => ({ read: () => Promise.reject(new Error('reset')), ...methods }) } as unknown as ReadableStream;
    expect((await readStream(failing, 100)).failure?.error).toMatchObject({ message: 'reset' });
  });
});

test.each([
  ['a%20b%2Fc', 'a b/c'],
  ['100 %', '100 %'],
  ['%E4', '%E4'],
])('percent-encoding of %s is undone, if it is any', (encoded, text) => {
  expect(decodePercent(encoded)).toBe(text);
});
