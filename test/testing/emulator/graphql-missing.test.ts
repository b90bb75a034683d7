import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('without the package graphql everything works but GraphQL, and the error says what to install', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-'));
  try {
    const contents = `
      import { AmazonEmulator } from './src/testing/index.ts';
      const emulator = new AmazonEmulator();
      const { clientId, clientSecret, targetId } = emulator.credentials.buyWithPrime;
      const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret });
      const { access_token } = await (await emulator.fetch('http://127.0.0.1/token', { method: 'POST', body })).json();
      const headers = { authorization: 'Bearer ' + access_token, 'x-api-target-id': targetId, 'x-api-version': '2024-11-01', 'content-type': 'application/json' };
      await emulator.fetch('http://127.0.0.1/graphql', { method: 'POST', headers, body: '{"query":"{ order { id } }"}' }).catch((error) => console.log(JSON.stringify(error)));`;
    const outfile = join(folder, 'program.mjs');
    await build({
      stdin: { contents, resolveDir: process.cwd() },
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      // A folder above may have a graphql of its own.
      alias: { graphql: 'graphql-that-nobody-installed' },
      external: ['graphql-that-nobody-installed'],
      outfile,
    });
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'CONFIGURATION',
      surface: 'testing',
      message: expect.stringContaining('"graphql"'),
      hint: 'npm install --save-dev graphql',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
