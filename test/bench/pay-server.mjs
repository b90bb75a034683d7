/** Amazon Pay as far as its clients can tell: an HTTPS server on loopback, which verifies signatures by node:crypto. */
import { execFileSync } from 'node:child_process';
import { constants, createHash, verify } from 'node:crypto';
import { createServer } from 'node:https';

/** @typedef {{ method: string, path: string, headers: import('node:http').IncomingHttpHeaders, body: Buffer }} Received */
/** @typedef {(response: import('node:http').ServerResponse, received: Received, count: number) => void} Answer */

/** A certificate for loopback and its key, in one PEM; `undefined` where there is no `openssl` to make it. */
export function makeCertificate() {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-days', '2'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', '-', '-out', '-'];
  try {
    return execFileSync('openssl', ['req', '-x509', ...key, ...subject], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

/** Says that nothing was measured. Where machines read the result, that is a failure. */
export function skipWithoutCertificate() {
  console.log('SKIPPED: a certificate is needed, and there is no openssl that makes one');
  process.exitCode = process.env['CI'] ? 1 : 0;
}

/**
 * Answers every request in the same way; `count` says how many there were, this one included.
 *
 * @param {string} certificate
 * @param {Answer} answer
 */
export async function servePay(certificate, answer) {
  let count = 0;
  const server = createServer({ key: certificate, cert: certificate }, async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url: path = '', headers } = request;
    count += 1;
    answer(response, { method, path, headers, body: Buffer.concat(chunks) }, count);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    host: `localhost:${port}`,
    count: () => count,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * @param {number} status
 * @param {unknown} body
 * @param {Record<string, string>} [headers]
 * @returns {Answer}
 */
export function json(status, body, headers = {}) {
  const all = { 'content-type': 'application/json', 'x-amz-pay-request-id': 'request-1', ...headers };
  return (response) => response.writeHead(status, all).end(JSON.stringify(body));
}

/**
 * 200 and an echo for who signed right, as Amazon answers.
 *
 * @param {string} publicKey
 * @returns {Answer}
 */
export function accept(publicKey) {
  return (response, received, count) => {
    const refused = json(400, { reasonCode: 'InvalidRequestSignature', message: 'the signature does not verify' });
    const answer = isSignatureRight(received, publicKey) ? json(200, JSON.parse(received.body.toString())) : refused;
    answer(response, received, count);
  };
}

/**
 * Over a canonical form that is rebuilt from what arrived.
 *
 * @param {Received} received
 * @param {string} key
 */
function isSignatureRight({ method, path, headers, body }, key) {
  const [, algorithm, names = '', signature = ''] =
    /^(\S+) PublicKeyId=[^,]+, SignedHeaders=([^,]+), Signature=(\S+)$/.exec(headers.authorization ?? '') ?? [];
  const sha256 = (data) => createHash('sha256').update(data).digest('hex');
  const lines = names.split(';').map((name) => `${name}:${headers[name]}`);
  const canonical = [method, path, '', ...lines, '', names, sha256(body)].join('\n');
  const options = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return verify('sha256', Buffer.from(`${algorithm}\n${sha256(canonical)}`), options, Buffer.from(signature, 'base64'));
}
