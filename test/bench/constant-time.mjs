/**
 * Whether the time that a wrong secret takes tells how much of it is right: Welch's t between secrets that share nothing with the right one
 * and secrets that share all but the last character, as dudect does it. Beyond 4.5 a dependence is likely. One line for each place where a
 * secret is compared.
 *
 * @see {@link https://eprint.iacr.org/2016/1123 | Dude, is my code constant time?}
 */
import { apiKey, basicAuth, NdrTokenEndpoint, queryParameter } from 'waybill/shipping-ndr/webhook';

const ROUNDS = 60_000;
const SECRET = 'k'.repeat(64);
const OTHER = 'another-secret-that-is-valid-at-the-same-time';
const GUESSES = { 'nothing of it right': `x${'y'.repeat(63)}`, 'all but the last': `${'k'.repeat(63)}x` };

const users = [SECRET, OTHER].map((password) => ({ username: 'amazon', password }));
const token = new NdrTokenEndpoint({
  clients: { id: 'amazon', secrets: [SECRET, OTHER] },
  keys: crypto.getRandomValues(new Uint8Array(32)),
  issuer: 'https://shop.example/token',
  audience: 'https://shop.example/ndr',
}).handler();
/** @param {string} secret */
const basic = (secret) => ({ authorization: `Basic ${btoa(`amazon:${secret}`)}` });

/**
 * Each makes requests of guesses, outside the time that is measured, and says whether one is let in. One mechanism compares all guesses: two
 * would differ by where they are in memory.
 *
 * @type {Record<string, (guesses: readonly string[]) => readonly (() => Promise<boolean>)[]>}
 */
const SUBJECTS = {
  'apiKey()': by(apiKey({ keys: [SECRET, OTHER] }), (guess) => ({ headers: { 'x-api-key': guess } })),
  'queryParameter()': by(queryParameter({ name: 'token', values: [SECRET, OTHER] }), (guess) => ({
    headers: {},
    url: `/ndr?token=${guess}`,
  })),
  'basicAuth()': by(basicAuth({ users }), (guess) => ({ headers: basic(guess) })),
  'basicAuth(), two headers': by(basicAuth({ users, headers: { username: 'x-user', password: 'x-password' } }), (guess) => ({
    headers: { 'x-user': 'amazon', 'x-password': guess },
  })),
  NdrTokenEndpoint: (guesses) =>
    guesses.map((guess) => {
      // Without a body, so that one request serves for all rounds.
      const request = new Request('https://shop.example/token', { method: 'POST', headers: basic(guess) });
      return async () => (await token(request)).status !== 401;
    }),
};

/**
 * @param {import('waybill/shipping-ndr/webhook').NdrAuth} auth
 * @param {(guess: string) => import('waybill/shipping-ndr/webhook').WebhookRequest} requestOf
 * @returns {(guesses: readonly string[]) => readonly (() => Promise<boolean>)[]}
 */
function by(auth, requestOf) {
  return (guesses) =>
    guesses.map(requestOf).map(
      (request) => () =>
        auth.check(request).then(
          () => true,
          () => false,
        ),
    );
}

/** @param {readonly number[]} values without the slowest tenth, which is the machine's */
function moments(values) {
  const kept = [...values].sort((a, b) => a - b).slice(0, Math.floor(values.length * 0.9));
  const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
  const variance = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (kept.length - 1);
  return { mean, error: variance / kept.length };
}

console.log(
  `${'µs for a wrong secret with'.padEnd(26)}${Object.keys(GUESSES)
    .map((name) => name.padStart(22))
    .join('')}${'t'.padStart(8)}`,
);
for (const [name, prepare] of Object.entries(SUBJECTS)) {
  const [none, most] = await measure(prepare(Object.values(GUESSES)));
  if (!none || !most) throw new Error('nothing was measured');
  const t = (none.mean - most.mean) / Math.sqrt(none.error + most.error);
  const means = [none, most].map(({ mean }) => (mean * 1_000).toFixed(3).padStart(22)).join('');
  console.log(
    `${name.padEnd(26)}${means}${t.toFixed(2).padStart(8)} ${Math.abs(t) < 4.5 ? 'no dependence seen' : 'a dependence is likely'} (limit 4.5)`,
  );
}

/** @param {readonly (() => Promise<boolean>)[]} attempts */
async function measure(attempts) {
  /** @type {number[][]} */
  const times = attempts.map(() => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    // By lot, or whatever comes back at regular times would hit one group.
    const which = Math.random() < 0.5 ? 0 : 1;
    const started = performance.now();
    const isLetIn = await attempts[which]?.();
    times[which]?.push(performance.now() - started);
    if (isLetIn) throw new Error('a wrong secret was let in');
  }
  return times.map(moments);
}
