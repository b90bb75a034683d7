/**
 * The first of Amazon's mechanisms: a key in a header.
 *
 * @module
 */
import { checkAllNames } from '../../../core/options.ts';
import { headerValues } from '../../../core/receive/request.ts';
import type { OneOrMany, Provided } from '../../../core/types.ts';
import { SURFACE } from '../../surface.ts';
import { checkHeaderName, compareHint, headerSecret, type NdrAuth, refused, SecretSet, soleValue } from './mechanism.ts';

/** Options of {@link apiKey}. */
export interface ApiKeyOptions {
  /**
   * Name of the header, in any case. You and Amazon agree on it; Amazon prescribes none (inferred).
   * @default 'x-api-key', after the example on Amazon's page
   */
  readonly header?: string | undefined;
  /** The key, or several that are valid at once, or a function that supplies them and is called for every request. */
  readonly keys: Provided<OneOrMany<string>>;
}

/**
 * Authenticates Amazon by a key in a header. To rotate the key, configure both, tell Amazon the new one, and remove the old one when it is not
 * used any more.
 *
 * A header that is present twice is refused. The key is the whole value of the header: for a key after a scheme in `Authorization`, use
 * {@link bearerToken}.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for keys that are empty or that a header cannot carry, and for headers that EventBridge
 *   removes.
 *
 * @example
 * ```ts
 * new NdrWebhookVerifier({ auth: apiKey({ keys: [env.NDR_KEY, env.NDR_KEY_OLD] }) });
 * ```
 *
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */
export function apiKey(options: ApiKeyOptions): NdrAuth {
  checkAllNames(SURFACE, options, ['header', 'keys'], {
    apiKey: 'keys',
    secret: 'keys',
    value: 'keys',
    name: 'header',
    headerName: 'header',
  });
  const header = checkHeaderName('header', options.header ?? 'x-api-key');
  const keys = new SecretSet('keys', options.keys, headerSecret);
  return {
    check: async (request) => {
      const key = soleValue(headerValues(request, header), `the header "${header}"`);
      if (!(await keys.has(key))) throw refused('mismatch', `the header "${header}" does not contain a valid key`, compareHint('keys'));
    },
    challenge: () => 'ApiKey',
  };
}
