/**
 * One client of Amazon Pay in a process of its own, which does what it is told by messages: `waybill` or `sdk`, the official one.
 *
 * Of its own, because the official SDK checks no certificate in the whole process as soon as it is given a host. Ours is made to trust the
 * certificate by NODE_EXTRA_CA_CERTS.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { inspect } from 'node:util';

/** @typedef {'waybill' | 'sdk'} Client */
/** @typedef {{ host: string, privateKey: string }} Setup */
/** @typedef {Setup & { inFlight: number, milliseconds: number }} Run */
/** @typedef {Setup & { parcels: number, inFlight: number }} Batch */
/** @typedef {Setup & { limit: number, clockAhead: number }} Call */
/** @typedef {{ sees: string, ok: boolean, ended: boolean, milliseconds: number, secret: string }} Outcome */

const PUBLIC_KEY_ID = 'LIVE-ABCDEFGHIJKLMNOPQRSTUVWX';
const ORDER = 'P01-0000000-0000000';

/** Ours, for a call that meets a fault. */
export const BUDGETS = { timeout: 500, totalTimeout: 2500 };

/** @typedef {(trackingNumber: string) => Promise<unknown>} Create */
/** @typedef {(trackingNumbers: readonly string[], inFlight: number) => Promise<unknown>} CreateMany */

/** @type {Record<Client, (setup: Setup, budgets?: object) => Promise<{ create: Create, createMany: CreateMany }>>} */
const CLIENTS = {
  async waybill({ host, privateKey }, budgets) {
    const { DeliveryTrackerClient } = await import('waybill/amazonpay');
    const client = new DeliveryTrackerClient({
      publicKeyId: PUBLIC_KEY_ID,
      privateKey,
      region: 'na',
      baseUrl: `https://${host}`,
      rateLimiter: false,
      ...budgets,
    });
    const input = (/** @type {string} */ trackingNumber) => ({ chargePermissionId: ORDER, carrierCode: 'UPS', trackingNumber });
    return {
      create: (trackingNumber) => client.create(input(trackingNumber)),
      async createMany(trackingNumbers, concurrency) {
        for await (const { error } of client.createMany(trackingNumbers.map(input), { concurrency })) if (error) throw error;
      },
    };
  },
  async sdk({ host, privateKey }) {
    const { default: sdk } = await import('@amazonpay/amazon-pay-api-sdk-nodejs');
    const client = new sdk.WebStoreClient({
      publicKeyId: PUBLIC_KEY_ID,
      privateKey,
      region: 'na',
      algorithm: 'AMZN-PAY-RSASSA-PSS-V2',
      overrideServiceUrl: host,
    });
    const create = (/** @type {string} */ trackingNumber) =>
      client.deliveryTrackers({ chargePermissionId: ORDER, deliveryDetails: [{ trackingNumber, carrierCode: 'UPS' }] });
    return {
      create,
      async createMany(trackingNumbers, concurrency) {
        const left = trackingNumbers.values();
        const work = async () => {
          for (const trackingNumber of left) await create(trackingNumber);
        };
        await Promise.all(Array.from({ length: concurrency }, work));
      },
    };
  },
};

/**
 * Starts a process with a client in it, and asks it; one question at a time.
 *
 * @param {Client} client
 * @param {string} certificateFile
 */
export function startCaller(client, certificateFile) {
  const { NODE_TLS_REJECT_UNAUTHORIZED: _, ...env } = process.env;
  const child = fork(import.meta.filename, [client], {
    // The SDK's process says in a warning that it checks no certificate.
    execArgv: client === 'sdk' ? ['--no-warnings'] : [],
    env: { ...env, NODE_EXTRA_CA_CERTS: certificateFile },
  });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${client}: its process ended`)));
  // Nobody asks any more when it is stopped.
  ended.catch(() => undefined);
  /** @template T @param {object} question @returns {Promise<T>} */
  const ask = async (question) => {
    child.send(question);
    const [{ answer, failure }] = await Promise.race([once(child, 'message'), ended]);
    if (failure) throw new Error(`${client}: ${failure}`);
    return answer;
  };
  return {
    /** How many calls a second it makes, with so many in flight all the time. @type {(run: Run) => Promise<number>} */
    run: (run) => ask({ run }),
    /** How many parcels a second it sends as a batch. @type {(batch: Batch) => Promise<number>} */
    batch: (batch) => ask({ batch }),
    /** What a single call comes to. @type {(call: Call) => Promise<Outcome>} */
    call: (call) => ask({ call }),
    stop: () => void child.kill(),
  };
}

if (process.argv[1] === import.meta.filename && process.send) {
  const name = /** @type {Client} */ (process.argv[2]);
  /** Made once for a host: with it come its connections. @type {Map<string, ReturnType<typeof CLIENTS[Client]>>} */
  const made = new Map();
  let parcels = 0;

  const connected = (/** @type {Setup} */ setup) => {
    const client = made.get(setup.host) ?? CLIENTS[name](setup);
    made.set(setup.host, client);
    return client;
  };

  const batch = async (/** @type {Batch} */ { parcels: count, inFlight, ...setup }) => {
    const { createMany } = await connected(setup);
    const numbers = Array.from({ length: count }, (_, at) => `1Z${String(parcels + at).padStart(16, '0')}`);
    parcels += count;
    const start = performance.now();
    await createMany(numbers, inFlight);
    return (count * 1000) / (performance.now() - start);
  };

  const run = async (/** @type {Run} */ { inFlight, milliseconds, ...setup }) => {
    const { create } = await connected(setup);
    const before = parcels;
    const start = performance.now();
    const caller = async () => {
      while (performance.now() - start < milliseconds) {
        parcels += 1;
        await create(`1Z${String(parcels).padStart(16, '0')}`);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, caller));
    return ((parcels - before) * 1000) / (performance.now() - start);
  };

  const call = async (/** @type {Call} */ { limit, clockAhead, ...setup }) => {
    const { create } = await CLIENTS[name](setup, BUDGETS);
    const number = '1Z999AA10123456784';
    const RealDate = Date;
    globalThis.Date = /** @type {DateConstructor} */ (
      class extends RealDate {
        constructor(...args) {
          // @ts-expect-error Any of Date's own ways to be made.
          super(...(args.length > 0 ? args : [RealDate.now() + clockAhead]));
        }
        /** @override */
        static now() {
          return RealDate.now() + clockAhead;
        }
      }
    );
    const start = performance.now();
    /** @type {Promise<Partial<Outcome>>} */
    const ended = create(number).then(
      () => ({ sees: 'success', ok: true }),
      (error) => ({ sees: describe(error), secret: secretIn(error, setup.privateKey, number) }),
    );
    let timer;
    const hangs = new Promise((resolve) => {
      timer = setTimeout(() => resolve({ sees: 'hangs', ended: false }), limit);
    });
    const outcome = await Promise.race([ended, hangs]);
    clearTimeout(timer);
    globalThis.Date = RealDate;
    return { ok: false, ended: true, secret: 'none', ...outcome, milliseconds: Math.round(performance.now() - start) };
  };

  process.on('message', async (/** @type {{ run: Run } | { batch: Batch } | { call: Call }} */ question) => {
    try {
      const answer = await ('run' in question ? run(question.run) : 'batch' in question ? batch(question.batch) : call(question.call));
      process.send?.({ answer });
    } catch (error) {
      process.send?.({ failure: describe(error) });
    }
  });
}

/** Its name, and what it has of status and code. */
function describe(error) {
  const { name = typeof error, code, response } = error ?? {};
  // Ours has a class for each code.
  const detail = error?.status ?? response?.status ?? (isOurs(error) ? undefined : code);
  return detail === undefined ? name : `${name} ${detail}`;
}

function isOurs(error) {
  return typeof error === 'object' && error !== null && Symbol.for('waybill.error') in error;
}

/**
 * The worst that a log which prints the error has of what nobody should read there.
 *
 * @param {unknown} error
 * @param {string} privateKey
 * @param {string} trackingNumber
 */
function secretIn(error, privateKey, trackingNumber) {
  const text = [inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error), String(error)].join('\n');
  if (text.includes(privateKey.slice(100, 150))) return 'KEY';
  if (/Signature=\S{20}/.test(text)) return 'SIGNATURE';
  return text.includes(trackingNumber) ? 'NUMBER' : 'none';
}
