/**
 * The first of Amazon's mechanisms: a key in a header.
 *
 * @module
 */

import { headerValues } from '../../../core/receive/webhook-request.ts';
import type { Provided } from '../../../core/types.ts';
import { demandOptions } from '../../configuration.ts';
import { checkHeaderName } from './header-name.ts';
import { type NdrAuth, refused, soleValue } from './mechanism.ts';
import { headerSecret, type OneOrMany, SecretSet } from './secrets.ts';

/** What {@link apiKey} needs to know. */
export interface ApiKeyOptions {
  /**
   * Name of the header, in any case. Agreed by you and Amazon; Amazon fixes none (inferred).
   * @default 'x-api-key', after the example on Amazon's page
   */
  readonly header?: string;
  /** The key, or several that are valid at once, or a function that supplies them; it is asked for every request. */
  readonly keys: Provided<OneOrMany<string>>;
}

/**
 * Authenticates Amazon by a key in a header. To change the key, configure both, tell Amazon the new one, and drop the old one when
 * it is not used any more.
 *
 * A header that is there twice is refused. The key is the header's whole value: where it is to follow a scheme word in
 * `Authorization`, use {@link bearerToken}.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for keys that are empty or can't be in a header, and for headers that
 *   EventBridge strips.
 *
 * @example
 * ```ts
 * new NdrWebhookVerifier({ auth: apiKey({ keys: [env.NDR_KEY, env.NDR_KEY_OLD] }) });
 * ```
 *
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */
export function apiKey(options: ApiKeyOptions): NdrAuth {
  demandOptions('apiKey()', options);
  const header = checkHeaderName('header', options.header ?? 'x-api-key');
  const keys = new SecretSet('keys', options.keys, headerSecret('keys'));
  return {
    check: async (request) => {
      const key = soleValue(headerValues(request, header), `the header "${header}"`);
      if (!(await keys.has(key))) throw refused('mismatch', `the header "${header}" holds no valid key`);
    },
    challenge: () => 'ApiKey',
  };
}
