/**
 * What comes of a request: an interface's answer, or what a fault makes of it.
 *
 * @module
 */

import { GraphQLFault } from './buywithprime/graphql-fault.ts';
import { type FaultRule, truncated } from './faults.ts';
import { type Received, Refusal, type Service } from './service.ts';

/** An answer, and why it is a refusal; without an answer the connection is broken off. */
export interface Outcome {
  readonly response?: Response;
  readonly refusal?: Refusal;
}

/** Lets the interface answer. */
export async function answer(service: Service | undefined, received: Received): Promise<Outcome> {
  if (!service) return nothingHere(received.url);
  try {
    return { response: await service.answer(received) };
  } catch (refusal) {
    if (refusal instanceof Refusal) return { refusal, response: service.refuse(refusal) };
    throw refusal;
  }
}

/** The outcome where no interface is. */
function nothingHere({ host, pathname }: URL): Outcome {
  const refusal = new Refusal(404, 'NotFound', `The emulator has nothing at ${pathname} of ${host}.`);
  return { refusal, response: Response.json({ message: refusal.message }, { status: 404 }) };
}

/** The outcome that a fault makes of another; that is empty where the request was not carried out. */
export async function applyFault(fault: FaultRule, service: Service | undefined, outcome: Outcome): Promise<Outcome> {
  const { status, classification, body, headers = {}, truncate } = fault;
  if (fault.reset) return {};
  let { response = new Response(null), refusal } = outcome;
  if (status !== undefined) {
    refusal = service?.fault(status) ?? new Refusal(status, 'Fault', 'A fault on request');
    if (hasNoBody(status)) response = new Response(null, { status });
    else response = service?.refuse(refusal) ?? Response.json({ message: refusal.message }, { status });
  } else if (classification !== undefined) {
    const { message, extensions } = new GraphQLFault(classification);
    refusal = new Refusal(200, classification, message);
    response = Response.json({ errors: [{ message, extensions }], data: null });
  }
  if (body !== undefined) {
    const kept = { status: hasNoBody(response.status) ? 200 : response.status, headers: response.headers };
    response = typeof body === 'string' ? new Response(body, kept) : Response.json(body, { status: kept.status });
  }
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  if (truncate !== undefined) response = await truncated(response, truncate);
  return { response, ...(refusal && { refusal }) };
}

/** The platform makes no `Response` of such a status with a body. */
function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}
