/**
 * Whether the body of a `Request` is the bytes that were sent, or was written anew from what a framework's parser left of it.
 *
 * @module
 */
import type { Surface } from '../errors.ts';
import { misconfigured } from '../options.ts';

// On the request and not in a WeakSet, so that the mark of another copy of this package is seen too.
const REWRITTEN = Symbol.for('waybill.rewritten-body');

/** Marks a request whose body is as good as the one that was sent, and not the same bytes. */
export function markRewritten(request: Request): void {
  Object.defineProperty(request, REWRITTEN, { value: true });
}

/**
 * Refuses a request whose signature can't be checked any more, because a parser has taken the bytes that were signed.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION`, so that the answer is 503 and the event comes again.
 */
export function demandRawBody(surface: Surface, request: object): void {
  if (!(REWRITTEN in request)) return;
  throw misconfigured(
    surface,
    'the signature cannot be checked, because the body was parsed before the webhook saw it: express.json() or its like has run',
    'Mount the webhook before express.json(), give its route express.raw({ type: "*/*" }), or keep the bytes in request.rawBody.',
  );
}
