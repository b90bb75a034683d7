import { constants, createHash, sign } from 'node:crypto';
import { expect } from 'vitest';
import { buyWithPrimeEvent, ndrEvent, sqsEvent } from 'waybill/testing';
import { freePort, type Stage } from '../../support/examples.ts';
import { blocksOf, type Guide, type Kit } from './kit.ts';
import { withServer } from './tools.ts';

const PARCEL =
  '{"chargePermissionId":"S01-0000000-0000000","deliveryDetails":[{"trackingNumber":"1Z999AA10123456784","carrierCode":"UPS"}]}';

/** Settings that lead to the emulator, as the command reads them. */
function settingsOf({ amazonPay, shipping, buyWithPrime }: Stage): string {
  return Object.entries({ ...amazonPay, ...shipping, ...buyWithPrime })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** Starts `waybill emulator` in the background, goes on when its settings are there, and ends it. */
const inBackground = (port: number, then: string) => (code: string) =>
  code.replace(/^((?:npx )?waybill emulator)([^#\n]*).*$/m, (_, command: string, options: string) => {
    const file = /--env (\S+)/.exec(options)?.[1] ?? '.env.emulator';
    const flags = options.includes('--env') ? options : `${options} --env ${file}`;
    return `${command} ${flags} --port ${port} > log.txt & pid=$!
for i in $(seq 200); do [ -s ${file} ] && break; sleep 0.05; done
${then}
kill $pid; wait $pid || true; cat log.txt ${file}`;
  });

export const readme: Guide = [
  { block: 'export const handler = sqsHandler({', because: 'test/examples/readme.test.ts runs it' },
  { block: 'new DeliveryTrackerClient({\n  publicKeyId: process.env', because: 'test/examples/readme.test.ts runs it' },
  { block: 'export const POST = verifier.handler', because: 'test/examples/readme.test.ts runs it' },
  { block: "import { AmazonEmulator, testKeys } from 'waybill/testing';", because: 'test/examples/readme.test.ts runs it' },
  { block: 'amazon.deliver(ndrEvent()', because: 'test/examples/readme.test.ts runs it' },
  { block: 'npm install waybill', because: 'it installs from the registry; test/packaging installs the packed package' },
  {
    block: 'npx waybill demo',
    does: 'shows all three surfaces',
    run: async ({ shell }) => expect(await shell()).toMatchObject({ code: 0 }),
  },
  { block: 'npm ci && npm test', because: 'it is what runs this test' },
  {
    block: 'npx waybill sign --help',
    does: 'starts the emulator, checks settings, sends an event and explains signing',
    async run({ shell, amazon }) {
      const { code, output } = await withServer('webhook', async (port) => {
        const edit = (text: string): string =>
          inBackground(
            0,
            '',
          )(text)
            .replace('--port 0', `--port ${port === 0 ? 1 : 0}`)
            .replace(':3000/', `:${port}/`)
            .replace('=… ', '=abcdef12345 ');
        return shell({ edit, env: { ...amazon.amazonPay, ...amazon.shipping, ...amazon.buyWithPrime } });
      });
      expect([code, output]).toEqual([0, expect.stringContaining('canonical request')]);
    },
  },
];

export const front: Guide = [
  { block: 'npm install waybill', because: 'it installs from the registry; test/packaging installs the packed package' },
];

const DECISIONS = (csv: string): string =>
  csv.replaceAll(/2026-03-0(?=\d)/g, `${new Date(Date.now() + 62 * 86_400_000).toISOString().slice(0, 8)}0`);

export const commandLine: Guide = [
  {
    block: 'npx waybill demo',
    does: 'shows all three surfaces',
    run: async ({ shell }) => expect(await shell()).toMatchObject({ code: 0 }),
  },
  {
    block: 'vault-that-prints-lines',
    does: 'reads settings from a file and from a vault that prints',
    async run({ shell, amazon }) {
      const edit = (code: string): string => code.replace('vault-that-prints-lines', 'cat .env');
      const { code, output } = await shell({ edit, files: { '.env': settingsOf(amazon) } });
      expect([code, output]).toEqual([0, expect.any(String)]);
      expect(amazon.emulator.deliveryTrackers).toHaveLength(1);
    },
  },
  {
    block: '{"error":{',
    does: 'is a document of JSON',
    run: async ({ block }) => expect(Object.keys(JSON.parse(block.code))).toEqual(['error']),
  },
  {
    block: 'waybill emulator --env .env.emulator',
    does: 'serves the emulator, and writes its settings',
    async run({ shell }) {
      const { output } = await shell({ edit: inBackground(await freePort(), '') });
      expect(output).toContain('AMAZON_PAY_URL=http://127.0.0.1:');
    },
  },
  {
    block: 'waybill doctor --live --settings .env.emulator',
    does: 'checks settings against the emulator, and creates a tracker',
    async run({ shell }) {
      const port = await freePort();
      const edit = (code: string): string => inBackground(port, code)('waybill emulator --env .env.emulator\n');
      const { code, output } = await shell({ edit });
      expect([code, output]).toEqual([0, expect.any(String)]);
    },
  },
  {
    block: 'waybill send ndr --to',
    does: 'says what becomes of an event',
    async run({ shell }) {
      const edit = (port: number) => (code: string) => code.replace('localhost:3000', `127.0.0.1:${port}`);
      expect((await withServer('webhook', (port) => shell({ edit: edit(port) }))).code).toBe(0);
    },
  },
  {
    block: 'THIS EVENT WOULD BE LOST',
    does: 'is what the command prints for a webhook that responds with 404',
    async run({ shell, block }) {
      const { output } = await withServer(404, (port) => {
        return shell({ edit: () => `waybill send ndr --to http://127.0.0.1:${port}/amazon/ndr --auth none || true` });
      });
      const [title = ''] = block.code.split('\n');
      expect(output).toContain(title);
    },
  },
  {
    block: 'aws sqs receive-message --queue-url "$DEAD_LETTERS" | waybill parse',
    does: 'says what is in the messages of a queue',
    async run({ shell }) {
      const { Records } = sqsEvent([buyWithPrimeEvent('PACKAGE_DELIVERED'), ndrEvent()]);
      const messages = { Messages: Records.map(({ messageId, body }) => ({ MessageId: messageId, Body: body })) };
      const edit = (code: string): string => code.replace(/^aws sqs [^|]*/m, 'cat messages.json ');
      const { code, output } = await shell({ edit, files: { 'messages.json': JSON.stringify(messages) } });
      expect([code, output]).toEqual([0, expect.stringContaining('DELIVERY_COMPLETED')]);
    },
  },
  {
    block: 'waybill listen --auth api-key',
    does: 'verifies, shows and records what arrives',
    async run({ shell }) {
      const port = await freePort();
      const edit = (code: string): string => `${code.trim()} --port ${port} > log.txt & pid=$!
for i in $(seq 200); do [ -s log.txt ] && break; sleep 0.05; done
NDR_API_KEY=abcdef12345 waybill send ndr --to http://127.0.0.1:${port}/ --auth api-key
kill $pid; wait $pid || true; cat events.ndjson`;
      const { code, output } = await shell({ edit });
      expect([code, output]).toEqual([0, expect.stringContaining('NDR Events')]);
      expect(output).not.toContain('abcdef12345');
    },
  },
  {
    block: 'waybill replay events.ndjson',
    does: 'sends stored events to a webhook, and says what became of them',
    async run({ shell }) {
      const events = [ndrEvent(), ndrEvent()].map((event) => `${JSON.stringify(event)}\n`).join('');
      const { code, output } = await withServer('webhook', (port) =>
        shell({
          edit: (text) => text.replace('localhost:3000', `127.0.0.1:${port}`),
          files: { 'events.ndjson': events, '.env': 'NDR_API_KEY=abcdef12345\n' },
        }),
      );
      expect([code, output]).toEqual([0, expect.stringContaining('2 events: 2 delivered, 0 would be redelivered, 0 would be lost')]);
    },
  },
  { block: '2 events: 1 delivered, 1 would be redelivered', because: 'its times differ each time; the block above runs the command' },
  {
    block: 'waybill replay dead.json',
    does: 'collects the messages of a dead-letter queue, and sends them',
    async run({ shell }) {
      const page = (event: object): string =>
        JSON.stringify({ Messages: sqsEvent([event]).Records.map(({ body }) => ({ Body: body })) }, null, 2);
      // Two pages, and then the queue is empty.
      const aws = 'for page in page1.json page2.json; do if [ -f $page ]; then cat $page; rm $page; return; fi; done';
      const { code, output } = await withServer('webhook', (port) =>
        shell({
          edit: (text) => text.replace(/^receive\(\) .*$/m, `receive() { ${aws}; }`).replace('localhost:3000', `127.0.0.1:${port}`),
          files: { 'page1.json': page(ndrEvent()), 'page2.json': page(ndrEvent()), '.env': 'NDR_API_KEY=abcdef12345\n' },
        }),
      );
      expect([code, output]).toEqual([0, expect.stringContaining('2 events: 2 delivered, 0 would be redelivered, 0 would be lost')]);
    },
  },
  {
    block: 'waybill bwp order',
    does: 'shows an order and the subscriptions, and sends nothing with --dry-run',
    async run({ shell, amazon }) {
      // Amazon refuses a list of none.
      const first = 'waybill bwp subscriptions create REFUND_REQUESTED --webhook https://shop.example/bwp --settings .env';
      const { code, output } = await shell({ edit: (text) => `${first}\n${text}`, files: { '.env': settingsOf(amazon) } });
      expect(output).toContain('322-ABC1-AAAAAA');
      expect([code, output.slice(-900)]).toEqual([0, expect.any(String)]);
      expect(amazon.emulator.eventSubscriptions).toHaveLength(1);
    },
  },
  {
    block: 'waybill completion bash',
    does: 'writes the scripts of three shells',
    async run({ shell }) {
      const edit = (code: string): string =>
        code
          .replace(/^source <\((.+)\)$/m, '$1 > completion.bash && bash -c "source ./completion.bash && complete -p waybill"')
          .replace(/^waybill completion zsh/m, 'mkdir -p ~/.zfunc ~/.config/fish/completions && waybill completion zsh');
      const { code, output } = await shell({ edit });
      expect([code, output]).toEqual([0, expect.stringContaining('complete')]);
    },
  },
  {
    block: 'trackingId,ndrAction',
    does: 'is a file without a fault, if its dates lie in the future',
    async run({ shell, block }) {
      const { code, output } = await shell({
        edit: () => 'waybill ndr import decisions.csv --dry-run',
        files: { 'decisions.csv': DECISIONS(block.code) },
      });
      expect([code, output]).toEqual([0, expect.any(String)]);
    },
  },
  {
    block: 'waybill ndr import decisions.csv',
    does: 'checks every row, and sends them',
    async run({ shell, amazon }) {
      const csv = 'trackingId,ndrAction\n1809561149386,RTO\n1809561149387,RTO\n';
      const { code, output } = await shell({ files: { '.env': settingsOf(amazon), 'decisions.csv': csv } });
      expect([code, output]).toEqual([0, expect.any(String)]);
      expect(amazon.emulator.ndrFeedback).toHaveLength(2);
    },
  },
  {
    block: 'waybill ndr sheet events.ndjson',
    does: 'writes a sheet of the events, which can be imported before anything is filled in',
    async run({ shell }) {
      const { code, output } = await shell({ files: { 'events.ndjson': `${JSON.stringify(ndrEvent())}\n` } });
      expect([code, output]).toEqual([0, expect.stringContaining('1 row: 0 can be sent, 0 skipped, 0 invalid, 1 undecided.')]);
      expect(output).toContain('1 waiting for a decision.');
    },
  },
];

/** A request that was signed with a salt of 20 bytes, and whose header names the other algorithm. */
function captured({ keys }: Stage): string {
  const names = ['accept', 'content-type', 'x-amz-pay-date', 'x-amz-pay-host', 'x-amz-pay-region'];
  const values = ['application/json', 'application/json', new Date().toISOString().replace(/[-:]|\.\d+/g, ''), 'pay-api.amazon.eu', 'eu'];
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const lines = names.map((name, at) => `${name}:${values[at]}`);
  const canonical = ['POST', '/v2/deliveryTrackers', '', ...lines, '', names.join(';'), hash(PARCEL)].join('\n');
  const key = { key: keys.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 };
  const signature = sign('sha256', Buffer.from(`AMZN-PAY-RSASSA-PSS-V2\n${hash(canonical)}`), key).toString('base64');
  const authorization = `AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=${keys.publicKeyId}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return [
    'POST /v2/deliveryTrackers HTTP/1.1',
    ...lines.map((line) => line.replace(':', ': ')),
    `authorization: ${authorization}`,
    '',
    PARCEL,
  ].join('\n');
}

export const debugSignature: Guide = [
  { block: 'Unable to verify signature', because: "it is Amazon's message, as others published it" },
  {
    block: 'waybill doctor --settings .env',
    does: 'checks the settings, and asks Amazon',
    async run({ shell, amazon }) {
      const { code, output } = await shell({ files: { '.env': settingsOf(amazon) } });
      expect([code, output]).toEqual([0, expect.any(String)]);
    },
  },
  {
    block: 'waybill sign POST',
    does: 'prints the canonical request of the guide',
    async run({ shell, block }) {
      const canonical = blocksOf(block.file).find(({ code }) => code.startsWith('POST\n/v2/'))?.code ?? 'none';
      const { code, output } = await shell({ files: { 'parcel.json': PARCEL } });
      expect([code, output]).toEqual([0, expect.stringContaining(canonical.trim())]);
    },
  },
  { block: 'POST\n/v2/deliveryTrackers\n', because: 'the block before it prints it' },
  {
    block: 'waybill sign --verify captured.http --public-key-file public.pem\n',
    does: 'finds the mistake in a signature',
    run: findsMistake,
  },
  { block: 'its salt has 20 bytes', because: 'the block before it prints such lines' },
  { block: '--amazon-said', does: "compares with Amazon's hash", run: findsMistake },
];

async function findsMistake({ shell, amazon }: Kit): Promise<void> {
  const files = { 'captured.http': captured(amazon), 'public.pem': amazon.keys.publicKey };
  const { code, output } = await shell({ files });
  expect([code, output.replace(/\s+/g, ' ')]).toEqual([1, expect.stringContaining('salt has 20 bytes')]);
}
