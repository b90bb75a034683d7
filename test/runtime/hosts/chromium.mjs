/**
 * Runs the suite in headless Chromium: the files of the package as they are, no bundler, found by an import map, under a
 * content security policy that forbids making code from text.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join, normalize } from 'node:path';

// Not by import: it is installed in test/runtime alone.
const { chromium } = createRequire(import.meta.url)('playwright-core');

const [project = '', executablePath] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(join(project, 'node_modules/waybill/package.json'), 'utf8'));
const imports = Object.entries(manifest.exports)
  .filter(([, target]) => target.import)
  .map(([subpath, target]) => [subpath.replace('.', 'waybill'), target.import.default.replace('.', '/node_modules/waybill')]);
const importMap = JSON.stringify({ imports: Object.fromEntries(imports) });
const hash = createHash('sha256').update(importMap).digest('base64');

const server = createServer((request, response) => {
  const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
  if (path === '/') {
    response.writeHead(200, {
      'content-type': 'text/html',
      'content-security-policy': `default-src 'none'; script-src 'self' 'sha256-${hash}'; connect-src http://127.0.0.1:*`,
    });
    response.end(`<!doctype html><script type="importmap">${importMap}</script>`);
    return;
  }
  try {
    const code = readFileSync(join(project, path));
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(code);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());

const browser = await chromium.launch({
  executablePath,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
try {
  const page = await browser.newPage();
  page.on('console', (message) => console.log(message.text()));
  page.on('pageerror', (error) => console.error(error));
  await page.goto(`http://127.0.0.1:${port}/`);
  const { failed } = await page.evaluate(() => import(/** @type {string} */ ('/conformance.mjs')).then((suite) => suite.runConformance()));
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await browser.close();
  server.close();
}
