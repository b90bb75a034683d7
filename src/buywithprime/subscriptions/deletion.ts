/**
 * Deleting what was made for events.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/create-and-delete-event-subscriptions | Create and delete}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-mutations-deleteauthprofile | deleteAuthProfile}
 */
import type { CallOptions } from '../../core/options.ts';
import { ObjectSchema, parseAnswer } from '../api/answer.ts';
import type { BuyWithPrimeApi } from '../api/client-options.ts';
import { requireId } from '../api/input.ts';

/** Sends the mutation for a subscription or a profile. */
export async function deleteById(
  { send }: BuyWithPrimeApi,
  idName: 'subscriptionId' | 'authProfileId',
  id: string,
  call?: CallOptions,
): Promise<void> {
  requireId(idName, id);
  const field = idName === 'authProfileId' ? 'deleteAuthProfile' : 'deleteEventSubscription';
  // Any object has a __typename; what else is in that of a profile no page shows.
  const document = `mutation ${field}($id: String!) { ${field}(${idName}: $id) { __typename } }`;
  await send(
    { document, variables: { id }, mutates: true, read: ({ [field]: deleted }) => parseAnswer(field, ObjectSchema, deleted) },
    call,
  );
}
