/** `waybill emulator` with its console, a webhook, clients that call it, and a browser: for the test of the console and its pictures. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);
const PROGRAM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/**
 * Starts the built command. `page` is the console's address, `settings` are those for clients.
 *
 * @param {readonly string[]} [options]
 * @param {string} [port]
 * @returns {Promise<{ readonly url: string, readonly page: string, readonly settings: Record<string, string>, readonly stop: () => Promise<number> }>}
 */
export async function startEmulator(options = [], port = '0') {
  const args = ['emulator', '--port', port, '--print-keys', '--json', ...options];
  const child = spawn(process.execPath, [join(root, 'dist/cli/main.js'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const lines = createInterface({ input: child.stdout });
  const first = await new Promise((resolve, reject) => {
    lines.once('line', resolve);
    child.once('close', () => reject(new Error('waybill emulator has ended')));
  });
  const { url, console: page, settings } = JSON.parse(first);
  const stop = () => {
    child.kill('SIGINT');
    return closed;
  };
  return { url, page, settings, stop };
}

/**
 * A webhook on loopback that gives each request the next of the responses, and the last one from then on.
 *
 * @param {readonly { readonly status: number, readonly body?: string, readonly headers?: Record<string, string> }[]} responses
 * @param {number} [port]
 */
export async function startWebhook(responses, port = 0) {
  /** @type {{ readonly headers: import('node:http').IncomingHttpHeaders, readonly body: string }[]} */
  const received = [];
  const server = createServer(async (request, response) => {
    const { status, body = '', headers = {} } = responses[Math.min(received.length, responses.length - 1)] ?? { status: 200 };
    let text = '';
    for await (const part of request) text += part;
    received.push({ headers: request.headers, body: text });
    response.writeHead(status, headers).end(body);
  });
  server.listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/amazon/ndr`;
  return { url, received, stop: () => server.close() };
}

/**
 * The clients of the built library, with the settings of an emulator.
 *
 * @param {Record<string, string>} settings
 */
export async function clientsOf(settings) {
  const [{ DeliveryTrackerClient }, { NdrFeedbackClient }, { BuyWithPrimeClient }] = await Promise.all(
    ['amazonpay', 'shipping-ndr', 'buywithprime'].map((name) => import(join(root, `dist/${name}/index.js`))),
  );
  const { AMAZON_PAY_PUBLIC_KEY_ID: publicKeyId, AMAZON_PAY_PRIVATE_KEY: privateKey, AMAZON_PAY_URL: baseUrl } = settings;
  const lwa = { clientId: settings.LWA_CLIENT_ID, clientSecret: settings.LWA_CLIENT_SECRET, refreshToken: settings.LWA_REFRESH_TOKEN };
  const prime = { clientId: settings.BWP_CLIENT_ID, clientSecret: settings.BWP_CLIENT_SECRET };
  return {
    trackers: new DeliveryTrackerClient({ publicKeyId, privateKey, region: 'eu', baseUrl, maxRetries: 0 }),
    feedback: new NdrFeedbackClient({ credentials: lwa, baseUrl, tokenUrl: settings.LWA_URL, maxRetries: 0 }),
    prime: new BuyWithPrimeClient({ credentials: prime, targetId: settings.BWP_TARGET_ID, baseUrl, maxRetries: 0 }),
  };
}

/**
 * Starts Chromium.
 *
 * @param {readonly string[]} [flags]
 */
export function launchBrowser(flags = []) {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there: install Chromium, or set CHROMIUM`);
  const args = '--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(
    ' ',
  );
  return require('playwright-core').chromium.launch({ executablePath: PROGRAM, args: [...args, ...flags] });
}
