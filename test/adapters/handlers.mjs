/** The handlers that every host of the conformance table serves, and what they have seen. */

/** What a host must serve: a handler for each path. @typedef {Record<string, (request: Request) => Response | Promise<Response>>} Routes */

/**
 * What the handlers report at `/seen`.
 *
 * @typedef {object} Seen
 * @property {string[]} events ids of the events that were handled
 * @property {string[]} errors messages that the webhooks' `onError` got
 * @property {number} hanging requests to `/hang` that have arrived
 * @property {number} aborted requests whose signal aborted
 * @property {number} pulled chunks of `/flood` that were made
 * @property {number} cancelled responses of `/flood` that were cancelled
 */

export const API_KEY = 'a-key-that-nobody-guesses';
export const USER = { username: 'amazon', password: 'pass:word' };
export const PARAMETER = 'a-parameter-that-nobody-guesses';
export const CHUNK = 65_536;

/**
 * @param {object} waybill what is exported by `waybill/shipping-ndr/webhook` and `waybill/buywithprime`
 * @param {import('node:crypto').JsonWebKey} publicKey of Buy with Prime
 * @returns {Routes}
 */
export function createRoutes(waybill, publicKey) {
  const { apiKey, basicAuth, queryParameter, NdrWebhookVerifier, BuyWithPrimeWebhookVerifier } = waybill;
  // Next.js bundles each route by itself; they share only the process.
  const shared = /** @type {{ seen?: Seen, goOn?: () => void }} */ (globalThis);
  shared.seen ??= { events: [], errors: [], hanging: 0, aborted: 0, pulled: 0, cancelled: 0 };
  const { seen } = shared;
  const keep = ({ id, idempotencyKey = id }) => {
    if (idempotencyKey.startsWith('fail')) throw new Error('the database is down');
    seen.events.push(idempotencyKey);
  };
  const options = { onError: ({ message }) => seen.errors.push(message) };
  const auth = [apiKey({ keys: API_KEY }), queryParameter({ name: 'key', values: PARAMETER }), basicAuth({ users: USER })];
  return {
    '/amazon/ndr': new NdrWebhookVerifier({ auth }).handler(keep, options),
    '/amazon/bwp': new BuyWithPrimeWebhookVerifier({ keys: publicKey }).handler(keep, options),
    '/echo': echo,
    '/hang': ({ signal }) =>
      new Promise((resolve) => {
        seen.hanging += 1;
        signal.addEventListener('abort', () => {
          seen.aborted += 1;
          resolve(new Response());
        });
      }),
    '/flood': () => {
      const chunk = new Uint8Array(CHUNK);
      const pull = (controller) => {
        seen.pulled += 1;
        controller.enqueue(chunk);
      };
      const cancel = () => {
        seen.cancelled += 1;
      };
      return new Response(new ReadableStream({ pull, cancel }, { highWaterMark: 0 }));
    },
    '/drip': () => {
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('one ')),
        pull: async (controller) => {
          await new Promise((resolve) => {
            shared.goOn = () => resolve(undefined);
          });
          controller.enqueue(new TextEncoder().encode('two'));
          controller.close();
        },
      });
      return new Response(body);
    },
    '/go-on': () => {
      shared.goOn?.();
      return new Response();
    },
    '/broken': () => {
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('half of it')),
        pull: (controller) => controller.error(new Error('the disk is broken')),
      });
      return new Response(body);
    },
    '/throw': () => {
      throw new Error('nobody caught this');
    },
    '/seen': () => Response.json(seen),
  };
}

/**
 * The request, as the handler sees it.
 *
 * @param {Request} request
 */
async function echo(request) {
  const headers = new Headers({ 'content-type': 'application/octet-stream', 'x-method': request.method, 'x-url': request.url });
  headers.set('x-type', request.headers.get('content-type') ?? 'none');
  headers.append('set-cookie', 'a=1; Path=/');
  headers.append('set-cookie', 'b=2; Path=/');
  return new Response(await request.arrayBuffer(), { headers });
}
