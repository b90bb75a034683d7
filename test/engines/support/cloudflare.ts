/** workerd with a D1 database, a Durable Object and a queue, on this machine only, its data in a folder. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { newFolder } from './processes.ts';

/** A running workerd. */
export interface Cloudflare {
  readonly worker: Miniflare;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Bundles a Worker. The package's name stands for the sources. */
export async function bundleWorker(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '..', file)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd'],
    tsconfig: join(import.meta.dirname, '../../../tsconfig.test.json'),
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

/** Starts it. */
export async function startCloudflare(): Promise<Cloudflare> {
  const script = await bundleWorker('support/worker.ts');
  const folder = newFolder('cloudflare');
  const launch = (): Miniflare =>
    new Miniflare({
      modules: true,
      script,
      cf: false,
      compatibilityDate: '2026-04-01',
      d1Databases: { DB: 'waybill' },
      d1Persist: join(folder, 'd1'),
      durableObjects: {
        WAYBILL: { className: 'TestObject', useSQLite: true },
        OTHER: { className: 'OtherObject', useSQLite: true },
      },
      durableObjectsPersist: join(folder, 'objects'),
    });
  let current = launch();
  await current.ready;
  return {
    get worker() {
      return current;
    },
    restart: async () => {
      await current.dispose();
      current = launch();
      await current.ready;
    },
    stop: () => current.dispose(),
  };
}
