/**
 * Auth profiles: how Amazon authenticates at a webhook. Several subscriptions can share one, and its credentials can be rotated.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-mutations-deleteauthprofile | deleteAuthProfile}
 */
import * as z from 'zod/mini';
import type { CallOptions } from '../../core/options.ts';
import { parseAnswer } from '../api/answer.ts';
import type { BuyWithPrimeApi } from '../api/client-options.ts';
import { readJsonInput } from '../api/input.ts';

// That the input's type and the field of the answer are called so is inferred.
const CREATE = `mutation createAuthProfile($input: CreateAuthProfileInput!) {
  createAuthProfile(input: $input) { authProfileId }
}`;

const AuthProfileSchema = /* @__PURE__ */ (() => z.object({ authProfileId: z.string() }))();

/** Sends the mutation. */
export async function createAuthProfile(
  { documents, send }: BuyWithPrimeApi,
  input: Readonly<Record<string, unknown>>,
  call?: CallOptions,
): Promise<{ readonly authProfileId: string }> {
  const { value, texts } = readJsonInput('input', input);
  const field = 'createAuthProfile';
  return send(
    {
      document: documents.createAuthProfile ?? CREATE,
      variables: { input: value },
      mutates: true,
      hide: texts,
      read: ({ [field]: created }) => parseAnswer(field, AuthProfileSchema, created),
    },
    call,
  );
}
