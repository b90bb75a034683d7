import { expect } from 'vitest';
import { authenticatedRequest, ndrEvent } from 'waybill/testing';
import { freePort } from '../../support/examples.ts';
import type { Guide } from './kit.ts';

export const watching: Guide = [
  {
    block: 'npx waybill emulator',
    does: 'serves the emulator, and its console beside it',
    async run({ shell }) {
      const port = await freePort();
      const then = `for i in $(seq 200); do grep -q console log.txt && break; sleep 0.05; done
node -e "fetch(/http:\\S+$/m.exec(fs.readFileSync('log.txt', 'utf8').split('console')[1])[0]).then((page) => page.text()).then(console.log)"
kill $pid; wait $pid || true; cat log.txt`;
      const edit = (code: string): string => `${code.trim()} --port ${port} > log.txt & pid=$!\n${then}`;
      const { output } = await shell({ edit });
      expect(output).toMatch(/<title>waybill emulator<\/title>.*AMAZON_PAY_URL=http/s);
    },
  },
  {
    block: 'MissingHeader',
    does: 'is why such a request is refused',
    async run({ amazon, block }) {
      await amazon.emulator.fetch('http://127.0.0.1/v2/deliveryTrackers', {
        method: 'POST',
        headers: { accept: 'application/json' },
        body: '{}',
      });
      const { status, code, reason } = amazon.emulator.requests.at(-1) ?? {};
      expect(block.code).toContain(`✗ ${status}`);
      expect(block.code).toContain(`${code}: `);
      expect(reason).toMatch(/^The header .* is missing/);
    },
  },
  {
    block: '.listen(3000)',
    does: 'receives an event',
    async run({ load, printed }) {
      const port = await freePort();
      const network = globalThis.fetch;
      const edit = (code: string): string =>
        code.replace('createServer(to', 'export const server = createServer(to').replace('3000', String(port));
      const { server } = await load({}, edit);
      try {
        const event = ndrEvent();
        const url = `http://127.0.0.1:${port}/amazon/ndr`;
        const { status } = await network(authenticatedRequest(event, { url, auth: { type: 'apiKey', key: 'abcdef12345' } }));
        expect([status, printed]).toEqual([200, [['ndr', event.id]]]);
      } finally {
        server.close();
      }
    },
  },
  {
    block: "emulator.on('attempt'",
    does: 'watches an attempt',
    async run({ load, printed }) {
      await load();
      expect(printed).toEqual([[200, '{"received":"POST"}', undefined], ['delivered']]);
    },
  },
];
