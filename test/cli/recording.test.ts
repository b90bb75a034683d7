import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Recording, recordedValues } from '../../src/cli/webhook/recording.ts';
import { temporaryFolder } from '../support/cli/amazon.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const request = { receivedAt: '2026-01-01T00:00:00Z', path: '/', verified: true, body: '{"id":"new"}' };

test.each(['{"id":"a"}', '{"id":"a"}\n{"id":"cut'])('a request is not glued to a line without its end: %j', (before) => {
  const path = folder.path('recording.ndjson');
  writeFileSync(path, before);
  new Recording(path).add(request);
  expect(readFileSync(path, 'utf8').split('\n').slice(0, -1)).toEqual([...before.split('\n'), JSON.stringify(request)]);
});

test('a damaged line takes nothing with it', () => {
  const text = ['{"id":"a"}', '{"id":"cut', JSON.stringify(request)].join('\n');
  expect(recordedValues(Buffer.from(text))).toEqual([{ id: 'a' }, '{"id":"cut', '{"id":"new"}']);
  expect(recordedValues(Buffer.from('not JSON\n{"id":"a"}'))).toBeUndefined();
});

test('documents of several lines follow one another, as aws and jq print them', () => {
  const values = [{ Messages: [{ Body: '{"id":"a"}' }] }, { id: 'b' }, [{ id: 'c' }]];
  const text = values.map((value) => `${JSON.stringify(value, null, 4)}\n`).join('');
  expect(recordedValues(Buffer.from(text))).toEqual(values);
  expect(recordedValues(Buffer.from(text.replaceAll('\n', '\r\n')))).toEqual(values);
  expect(recordedValues(Buffer.from(`{"id":"d"}\n${text}{"id":"e"}`))).toEqual([{ id: 'd' }, ...values, { id: 'e' }]);
});

test.each(['{', '['])('a line with only %j takes nothing with it', (bracket) => {
  const text = `{"id":"a"}\n${bracket}\n{"id":"b"}`;
  expect(recordedValues(Buffer.from(text))).toEqual([{ id: 'a' }, bracket, { id: 'b' }]);
  expect(recordedValues(Buffer.from(`${text}\n}\n{"id":"c"}`))).toEqual([{ id: 'a' }, bracket, { id: 'b' }, '}', { id: 'c' }]);
});

test('a device is recorded to as it is', () => {
  expect(() => new Recording('/dev/null').add(request)).not.toThrow();
});
