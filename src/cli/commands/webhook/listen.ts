/**
 * `waybill listen`: a webhook that shows, verifies and records what arrives.
 *
 * @module
 */
import type { Command } from 'commander';

import { BuyWithPrimeWebhookVerifier } from '../../../buywithprime/index.ts';
import { readStream } from '../../../core/bytes.ts';
import { decodeText, decompress } from '../../../core/receive/decode.ts';
import { brokenOff, MAX_BODY_BYTES } from '../../../core/receive/request.ts';
import { webhookStatus } from '../../../core/receive/webhook.ts';
import type { Bytes } from '../../../core/types.ts';
import { apiKey, basicAuth, bearerToken, type NdrAuth, NdrWebhookVerifier, queryParameter } from '../../../shipping-ndr/index.ts';
import type { WebhookAuth } from '../../../testing/index.ts';
import { describeFailure } from '../../failure.ts';
import { readEnvironment } from '../../files.ts';
import { addHelp } from '../../help.ts';
import { serve, warnOfOthers } from '../../server.ts';
import { readNumber } from '../../settings.ts';
import type { Context } from '../../terminal.ts';
import { type AuthOptions, addAuthOptions, readCredential, SECRET_VARIABLES } from '../../webhook/credentials.ts';
import { type DescribedEvent, describeEvents, eventFields } from '../../webhook/described-event.ts';
import { type RecordedRequest, Recording } from '../../webhook/recording.ts';

interface Options extends AuthOptions {
  readonly port: string;
  readonly host: string;
  readonly jwks?: string;
  readonly record?: string;
}

/** Defines the command. */
export function define(command: Command, context: Context): void {
  command
    .description('Listens as a webhook: shows each event that arrives, verifies it, responds with 200, and records it on request.')
    .optionsGroup('Server:')
    .option('--port <number>', 'the port; 0 chooses a free one', '4022')
    .option('--host <address>', 'the address to listen at', '127.0.0.1')
    .option('--record <file>', 'append each accepted request to this file, for waybill replay')
    .optionsGroup('Verification:')
    .option('--jwks <url>', "key set of --auth signature; default: Amazon's [BWP_JWKS_URL]")
    .action((options: Options) => listen(options, context));
  addAuthOptions(command, 'none');
  addHelp(command, context.out, {
    about: [
      'Without --auth every event is accepted and marked as not verified. What cannot be verified gets the response that a webhook of waybill gives, such as 401. Ctrl-C stops it with exit code 0.',
      `${SECRET_VARIABLES} Credentials are neither shown nor recorded.`,
    ],
    examples: [
      'waybill listen --auth api-key --settings .env --record events.ndjson',
      'waybill listen --auth signature --jwks http://127.0.0.1:4020/jwks.json',
    ],
  });
}

/** Throws if a request is not authentic. */
type Verify = (request: { readonly headers: Headers; readonly url: string; readonly body: Bytes }) => Promise<unknown>;

async function listen(options: Options, context: Context): Promise<void> {
  const { out, signal } = context;
  const port = readNumber('--port', options.port, 0, 65_535);
  const verify = await makeVerifier(options, context);
  const recording = options.record === undefined ? undefined : new Recording(options.record);
  const inbox = new Inbox(verify, recording, context);
  const server = await serve((request) => inbox.receive(request), { port, host: options.host });
  try {
    warnOfOthers(options.host, 'the webhook', out);
    out.show({ event: 'listening', url: server.url, auth: options.auth, file: options.record ?? null }, () => [
      `${out.style('bold', 'The webhook listens at')} ${out.style('cyan', server.url)} (any path)`,
      verify ? `Requests are verified: --auth ${options.auth}.` : 'Requests are not verified: pass --auth to do so.',
      ...(recording ? [`What is accepted is recorded in ${recording.path}.`] : []),
    ]);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve());
    });
  } finally {
    server.close();
    recording?.close();
  }
  const { requests, accepted } = inbox.count;
  out.show(
    { event: 'closed', ...inbox.count },
    () => `\nClosed after ${requests} request${requests === 1 ? '' : 's'}, ${accepted} accepted.`,
  );
}

/** The verifier of the library for `--auth`; `undefined` for none. */
async function makeVerifier(options: Options, context: Context): Promise<Verify | undefined> {
  const credential = await readCredential(options, context);
  if (credential) {
    const auth = mechanismOf(credential);
    if (!auth) return undefined;
    const verifier = new NdrWebhookVerifier({ auth });
    return (request) => verifier.verifyAll(request);
  }
  Object.assign(context.names, { jwks: '--jwks' });
  const jwks = options.jwks ?? (await readEnvironment(options.settings, context))['BWP_JWKS_URL'];
  const verifier = new BuyWithPrimeWebhookVerifier({ jwks });
  return (request) => verifier.verify(request);
}

function mechanismOf(credential: WebhookAuth): NdrAuth | undefined {
  switch (credential.type) {
    case 'apiKey':
      return apiKey({ header: credential.header, keys: credential.key });
    case 'query':
      return queryParameter({ name: credential.name, values: credential.value });
    case 'basic':
      return basicAuth({ users: { username: credential.username, password: credential.password } });
    case 'bearer':
      return bearerToken((token) => token === credential.token);
    default:
      return undefined;
  }
}

/** What a webhook of waybill accepts: a proxy or a gateway may replace POST. */
const METHODS = ['POST', 'PUT', 'PATCH'];

/** A request, read to its end. */
interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  /** As it was sent: a signature may be that of the compressed bytes. */
  readonly body: Bytes;
  /** Decompressed. */
  readonly content: Bytes;
  readonly isCut: boolean;
  /** Why it cannot be used: it broke off, or does not decompress. */
  readonly failure?: { readonly error: unknown };
}

/** What becomes of a request. */
interface Judged {
  readonly status: number;
  /** `null` if it was not checked. */
  readonly verified: boolean | null;
  readonly problem?: { readonly message: string; readonly hint?: string | undefined };
}

/** Reads a request, and decompresses its body up to the limit of a webhook. */
async function readRequest({ method, url, headers, body: stream }: Request): Promise<Arrived> {
  const sent = stream ? await readStream(stream, MAX_BODY_BYTES) : { bytes: new Uint8Array(), isCut: false };
  const { bytes: body, isCut } = sent;
  const arrived = { method, url, headers, body, content: body, isCut };
  if (isCut) return arrived;
  try {
    if (sent.failure) throw brokenOff('core', sent.failure.error);
    const inflated = await decompress('core', body, headers.get('content-encoding') ?? undefined, MAX_BODY_BYTES);
    return { ...arrived, content: inflated.bytes, isCut: inflated.isCut };
  } catch (error) {
    return { ...arrived, failure: { error } };
  }
}

/** Receives requests one by one, and prints each. */
class Inbox {
  readonly count = { requests: 0, accepted: 0 };
  readonly #verify: Verify | undefined;
  readonly #recording: Recording | undefined;
  readonly #context: Context;

  constructor(verify: Verify | undefined, recording: Recording | undefined, context: Context) {
    this.#verify = verify;
    this.#recording = recording;
    this.#context = context;
  }

  async receive(request: Request): Promise<Response> {
    const at = new Date();
    const { pathname: path } = new URL(request.url);
    const arrived = await readRequest(request);
    const { method, content, isCut, failure } = arrived;
    const judged = this.#record(await this.#judge(arrived), { receivedAt: at.toISOString(), path, body: decodeText(content) });
    const { status, problem } = judged;
    const events = METHODS.includes(method) && !isCut && !failure ? describeEvents(content, this.#context) : [];
    this.count.requests += 1;
    if (status === 200) this.count.accepted += 1;
    this.#print({ at, method, path, ...judged }, events);
    return new Response(JSON.stringify({ message: problem?.message ?? 'accepted' }), {
      status,
      headers: { 'content-type': 'application/json' },
    });
  }

  async #judge({ method, isCut, failure, ...request }: Arrived): Promise<Judged> {
    if (!METHODS.includes(method)) return { status: 405, verified: null, problem: { message: 'events are sent with POST, PUT or PATCH' } };
    if (isCut) return { status: 413, verified: null, problem: { message: `the body is larger than ${MAX_BODY_BYTES} bytes` } };
    try {
      await this.#verify?.(request);
      if (failure) throw failure.error;
      return { status: 200, verified: this.#verify ? true : null };
    } catch (error) {
      const { code, message, hint } = describeFailure(error, this.#context);
      // What cannot be read has been authenticated before.
      const verified = this.#verify ? code === 'VALIDATION' : null;
      return { status: webhookStatus(error), verified, problem: { message, hint } };
    }
  }

  /** Records what is accepted. What cannot be recorded is not accepted: the sender has the only copy. */
  #record(judged: Judged, request: Omit<RecordedRequest, 'verified'>): Judged {
    if (judged.status !== 200) return judged;
    try {
      this.#recording?.add({ ...request, verified: judged.verified });
      return judged;
    } catch (error) {
      const { message, hint } = describeFailure(error, this.#context);
      return { ...judged, status: 503, problem: { message, hint } };
    }
  }

  #print(judged: Judged & { readonly at: Date; readonly method: string; readonly path: string }, events: readonly DescribedEvent[]): void {
    const { out } = this.#context;
    const { at, method, path, status, verified, problem } = judged;
    const shown = { event: 'request', time: at.toISOString(), method, path, status, verified, problem: problem ?? null, events };
    out.show(shown, () => {
      const mark =
        verified === null ? out.style('yellow', 'not verified') : verified ? out.style('green', 'verified') : out.style('red', 'refused');
      return [
        '',
        `${at.toTimeString().slice(0, 8)} ${method} ${path} ${out.style(status < 400 ? 'green' : 'red', String(status))} ${mark}`,
        ...(problem ? out.fields({ problem: problem.message, hint: problem.hint }, 2) : []),
        ...events.filter(({ ok }) => ok || !problem).flatMap((event) => out.fields(eventFields(event), 2)),
      ];
    });
  }
}
