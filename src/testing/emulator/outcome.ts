/**
 * The outcome of a request: the response of a service, or what a fault makes of it.
 *
 * @module
 */
import { GraphQLFault } from './buywithprime/graphql-fault.ts';
import type { FaultRule } from './faults.ts';
import { type Received, Refusal, type Service } from './service.ts';

/** A response, and why it is a refusal if it is one. Without a response the connection is closed. */
export interface Outcome {
  readonly response?: Response;
  readonly refusal?: Refusal;
}

/** The outcome without a fault. */
export async function respond(service: Service | undefined, received: Received): Promise<Outcome> {
  try {
    const found = received.check('path', () => service ?? refuseUnknown(received.url));
    const response = await found.answer(received);
    const refusal = found.path === '/graphql' ? await graphqlRefusal(response) : undefined;
    return { response, ...(refusal && { refusal }) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refusal: error, response: service?.refuse(error) ?? Response.json({ message: error.message }, { status: error.status }) };
  }
}

function refuseUnknown({ host, pathname }: URL): never {
  throw new Refusal(404, 'NotFound', `The emulator has nothing at ${pathname} of ${host}.`);
}

/** GraphQL responds with 200 whatever happened: the first error of the response says why. */
async function graphqlRefusal(response: Response): Promise<Refusal | undefined> {
  const { errors } = (await response.clone().json()) as {
    readonly errors?: readonly {
      readonly message: string;
      readonly extensions?: { readonly classification?: { readonly type?: string } };
    }[];
  };
  const [error] = errors ?? [];
  return error && new Refusal(response.status, error.extensions?.classification?.type ?? 'Error', error.message);
}

/** The outcome with a fault; `outcome` is empty if the request was not processed. */
export async function applyFault(fault: FaultRule, service: Service | undefined, outcome: Outcome): Promise<Outcome> {
  if (fault.reset) return {};
  const { response = new Response(null), refusal } = refusalBy(fault, service) ?? outcome;
  const replaced = fault.body === undefined ? response : withBody(response, fault.body);
  for (const [name, value] of Object.entries(fault.headers ?? {})) replaced.headers.set(name, value);
  const sent = fault.truncate === undefined ? replaced : await truncated(replaced, fault.truncate);
  return { response: sent, ...(refusal && { refusal }) };
}

/** The outcome that a fault demands by a status or a classification. */
function refusalBy({ status, classification }: FaultRule, service: Service | undefined): Outcome | undefined {
  if (status !== undefined) {
    if (status < 300) return { response: new Response(null, { status }) };
    const refusal = service?.fault(status) ?? new Refusal(status, 'Fault', 'An injected fault');
    if (hasNoBody(status)) return { refusal, response: new Response(null, { status }) };
    return { refusal, response: service?.refuse(refusal) ?? Response.json({ message: refusal.message }, { status }) };
  }
  if (classification === undefined) return undefined;
  const { message, extensions } = new GraphQLFault(classification);
  const response = Response.json({ errors: [{ message, extensions }], data: null });
  return { refusal: new Refusal(200, classification, message), response };
}

function withBody({ status, headers }: Response, body: unknown): Response {
  const init = { status: hasNoBody(status) ? 200 : status, headers: new Headers(headers) };
  if (typeof body !== 'string') return Response.json(body, init);
  // As a gateway sends it.
  if (body.startsWith('<')) init.headers.set('content-type', 'text/html');
  return new Response(body, init);
}

/** The platform makes no `Response` with such a status and a body. */
function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

/** The response, cut off after so many bytes; one without a body as it is. */
async function truncated(response: Response, bytes: number): Promise<Response> {
  if (!response.body) return response;
  const body = new Uint8Array(await response.arrayBuffer()).subarray(0, bytes);
  let isSent = body.length === 0;
  const stream = new ReadableStream<Uint8Array>({
    // On demand: an error in start() would drop what was enqueued before it.
    pull(controller) {
      if (isSent) controller.error(new TypeError('terminated', { cause: connectionReset().cause }));
      else controller.enqueue(body);
      isSent = true;
    },
  });
  return new Response(stream, response);
}

/** The error that fetch throws when the other side closes the connection; message and code are Node's. */
export function connectionReset(): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) });
}
