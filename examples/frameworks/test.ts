/** Starts each example as a program, and lets the emulator deliver events to it as Amazon does. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { AmazonEmulator, ndrEvent, trackingEvent } from 'waybill/testing';

const KEY = 'abcdef12345';

for (const name of ['node-http', 'express', 'fastify', 'hono']) {
  test(`${name} receives each event once, and authenticates`, async () => {
    const port = await freePort();
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, `${name}.ts`)], {
      env: { PATH, HOME, NDR_API_KEY: KEY, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    try {
      await new Promise((resolve, reject) => {
        for (const stream of [child.stdout, child.stderr]) {
          stream.on('data', (data: Buffer) => {
            output += data;
            if (output.includes('listening')) resolve(undefined);
          });
        }
        child.once('exit', () => reject(new Error(output)));
      });
      const to = `http://127.0.0.1:${port}/amazon/ndr`;
      const amazon = new AmazonEmulator();
      amazon.deliver(ndrEvent({ detail: { trackingId: '1001', reasonCode: 'Address not found' } }), {
        to,
        auth: { type: 'apiKey', key: KEY },
        duplicates: 1,
      });
      amazon.deliver(trackingEvent({ detail: { trackingId: '1002', eventCode: 'Delivered' } }), { to, auth: { type: 'apiKey', key: KEY } });
      amazon.deliver(ndrEvent({ detail: { trackingId: '1003' } }), { to, auth: { type: 'apiKey', key: 'wrong' }, maxRetries: 1 });
      const { delivered, dropped } = await amazon.report();
      assert.deepEqual([delivered.length, dropped.length], [2, 1]);
      const lines = output.split('\n').filter((line) => /^\d{4} /.test(line));
      assert.deepEqual(lines.sort(), ['1001 Address not found', '1002 Delivered']);
      assert.match(output, /^401 /m);
    } finally {
      child.kill();
    }
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
