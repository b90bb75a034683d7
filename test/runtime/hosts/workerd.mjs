/** Runs the suite as the test of a worker, and what only a worker can show: requests that end while something of theirs waits. */
import { NdrFeedbackClient } from 'waybill/shipping-ndr';
import { runConformance } from '../conformance.mjs';

/** In the module, as in a user's worker, so that all requests share its token bucket: 10 calls at once, then 5 a second. */
const client = new NdrFeedbackClient({
  credentials: { clientId: 'a', clientSecret: 's', refreshToken: 'r' },
  maxRetries: 0,
  totalTimeout: 10_000,
  fetch: async (url) => {
    const isToken = url.includes('/auth/');
    return isToken
      ? Response.json({ access_token: 'Atza|x', token_type: 'bearer', expires_in: 3_600 })
      : new Response(null, { status: 204 });
  },
});
const submit = () => client.submit({ trackingId: '1809561149386', ndrAction: 'RTO' }).then(() => 'submitted', String);
const soon = (result) => new Promise((resolve) => setTimeout(resolve, 100, result));

/** A request that responds while three of its calls wait for the bucket: the runtime cancels them. */
async function leaveCalls(self) {
  const left = await (await self.fetch('http://self/leave')).text();
  if (left !== 'left') throw new Error(`the calls did not wait: ${left}`);
  for (let request = 0; request < 3; request += 1) {
    const result = await (await self.fetch('http://self/')).text();
    if (result !== 'submitted') throw new Error(`a call after a request that ended: ${result}`);
  }
}

export default {
  async fetch({ url }) {
    if (!url.endsWith('/leave')) return new Response(await submit());
    return new Response(await Promise.race([Promise.all(Array.from({ length: 13 }, submit)).then(() => 'all'), soon('left')]));
  },
  async test(_controller, { SELF }) {
    if ('process' in globalThis || 'Buffer' in globalThis) throw new Error('this worker has nodejs_compat, and must not');
    const { failed } = await runConformance();
    if (failed > 0) throw new Error(`${failed} checks failed`);
    await leaveCalls(SELF);
  },
};
