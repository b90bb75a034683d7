/**
 * Secrets and personal values, how they may be spelt, and the check that nothing shows them.
 */
import { expect, vi } from 'vitest';
import { everyRenderingOf } from '../errors.ts';

/** Short, with spaces, with characters of other scripts, with characters that every format escapes. */
export const SECRET = {
  token: 'opaque+token/k4711==',
  clientSecret: '5f3a9c0de1b24f6788aa55bb11cc22dd',
  refreshToken: 'refresh token "with" \\quotes',
  signature: 'MEUCIQDxsignatureOfTheRequest0123456789',
  gatewayKey: 'k-77',
  trackingNumber: '1809561149386',
  note: 'Asha Rao, Flat 4/2, behind the टैंक & mosque',
  query: 'query-secret-1234',
};
export const secrets = Object.values(SECRET);
/** What a server, or something in between, may make of a request. */
export const ECHO = [
  ...secrets,
  ...secrets.map((value) => JSON.stringify(value)),
  ...secrets.map((value) => JSON.stringify(JSON.stringify(value))),
  ...secrets.map(encodeURIComponent),
  new URLSearchParams(SECRET).toString(),
  Buffer.from(`client:${SECRET.clientSecret}`).toString('base64'),
].join('\n');

const everySpelling = [
  ...secrets,
  ...secrets.map((value) => JSON.stringify(value).slice(1, -1)),
  ...secrets.map((value) => JSON.stringify(JSON.stringify(value).slice(1, -1)).slice(1, -1)),
  ...secrets.map(encodeURIComponent),
  ...secrets.map((value) => new URLSearchParams({ a: value }).toString().slice(2)),
];

export function expectNoSecret(...shown: unknown[]): void {
  expect(shown).not.toEqual([]);
  const text = everyRenderingOf(shown) + shown.map(everyRenderingOf).join('\n');
  for (const spelling of everySpelling) expect(text).not.toContain(spelling);
}

/** What the console is told, and whatever else is noted. */
export function listenToAll(): { readonly heard: unknown[]; readonly note: (...args: unknown[]) => void } {
  const heard: unknown[] = [];
  const note = (...args: unknown[]): void => void heard.push(...args);
  for (const level of ['log', 'warn', 'error'] as const) vi.spyOn(console, level).mockImplementation(note);
  return { heard, note };
}
