import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { bundle, findRuntime, freePort, run, stage, start } from '../support/examples.ts';

const amazon = stage();
const root = join(import.meta.dirname, '../..');

/** The runtimes if `npm run test:runtime` has installed them; this Node in any case. */
const runtimes: readonly {
  readonly name: string;
  readonly program: string;
  readonly args: (port: number, file: string, host: string) => string[];
}[] = [
  {
    name: 'Deno',
    program: findRuntime('deno'),
    args: (port: number, file: string) => ['serve', '--allow-env', '--allow-net', '--no-remote', `--port=${port}`, file],
  },
  { name: 'Bun', program: findRuntime('bun'), args: (_: number, file: string) => ['--no-install', file] },
  { name: 'Node', program: process.execPath, args: (_: number, __: string, host: string) => [host] },
].flatMap(({ program, ...runtime }) => (program ? { program, ...runtime } : []));

describe.each(runtimes)('deno-bun.ts on $name', ({ program, args }) => {
  test('hands over a parcel, and says what is wrong with another', async () => {
    const file = await bundle(join(amazon.folder, 'deno-bun.mjs'), { entryPoints: [join(root, 'examples/deno-bun.ts')], platform: 'node' });
    const host = join(amazon.folder, 'host.mjs');
    writeFileSync(
      host,
      `import { serve } from ${JSON.stringify(pathToFileURL(join(root, 'examples/serve.mjs')))};
import service from './deno-bun.mjs';
await serve(service.fetch, { port: Number(process.env.PORT) });`,
    );
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    const env = { ...amazon.amazonPay, PORT: String(port), DENO_NO_UPDATE_CHECK: '1' };
    const server = await start(url, program, args(port, file, host), env);
    const post = async (body: unknown): Promise<readonly [number, Record<string, unknown>]> => {
      const response = await fetch(url, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
      return [response.status, (await response.json()) as Record<string, unknown>];
    };
    const parcel = { chargePermissionId: 'P02-0000000-0000000', carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' };
    expect(await post(parcel)).toEqual([200, expect.objectContaining({ requestId: expect.any(String) })]);
    expect(amazon.emulator.deliveryTrackers).toHaveLength(1);
    expect(await post({ ...parcel, carrierCode: '' })).toEqual([400, expect.objectContaining({ code: 'VALIDATION' })]);
    expect((await post('{"cut'))[0]).toBe(400);
    expect(await post({ ...parcel, chargePermissionId: 'P02-0000000-0000001' })).toEqual([502, expect.objectContaining({ code: 'API' })]);
    server.stop();
  });
});

/** With a made-up queue, and without anything that only Node has. */
const WORKER_TEST = `
  import worker from './cloudflare-worker.ts';
  import { authenticatedRequest, ndrEvent } from 'waybill/testing';
  const run = async () => {
    const stored = [];
    let down = false;
    const send = async (event) => { if (down) throw new Error('the queue is down'); stored.push(event.id); };
    const env = { NDR_API_KEY: 'abcdef12345', EVENTS: { send } };
    const post = async (event, key = 'abcdef12345') =>
      (await worker.fetch(authenticatedRequest(event, { auth: { type: 'apiKey', key } }), env)).status;
    const event = ndrEvent();
    const warned = [];
    console.warn = (status) => warned.push(status);
    const statuses = [await post(event, 'wrong'), await post(event), await post('{')];
    down = true;
    statuses.push(await post(event));
    const seen = JSON.stringify([statuses, stored, warned]);
    if (seen !== JSON.stringify([[401, 200, 503, 503], [event.id], [401, 503, 503]])) throw new Error('unexpected: ' + seen);
  };
  export default { test: run };`;

describe('cloudflare-worker.ts', () => {
  const bundled = (): Promise<string> =>
    bundle(join(amazon.folder, 'worker.mjs'), {
      stdin: { contents: WORKER_TEST, resolveDir: join(root, 'examples') },
      platform: 'neutral',
      external: ['graphql'],
    });

  test('stores events, and loses none while the queue is down: on Node', async () => {
    const { default: worker } = (await import(pathToFileURL(await bundled()).href)) as { default: { test(): Promise<void> } };
    await expect(worker.test()).resolves.toBeUndefined();
  });

  const workerd = findRuntime('workerd');
  test.runIf(workerd)('and on workerd', async () => {
    await bundled();
    const config = join(amazon.folder, 'worker.capnp');
    writeFileSync(
      config,
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "worker", worker = (
  modules = [(name = "worker", esModule = embed "worker.mjs")],
  compatibilityDate = "2024-01-01",
))]);`,
    );
    const { code, output } = await run(workerd ?? '', ['test', config], {});
    expect(code, output).toBe(0);
  });
});
