/**
 * The second of Amazon's mechanisms: a parameter in the webhook's URL.
 *
 * @module
 */

import { queryValues } from '../../../core/receive/webhook-request.ts';
import type { Provided } from '../../../core/types.ts';
import { demand, demandOptions, isText } from '../../configuration.ts';
import { type NdrAuth, refused, soleValue } from './mechanism.ts';
import { type OneOrMany, SecretSet, textSecret } from './secrets.ts';

/** What {@link queryParameter} needs to know. */
export interface QueryParameterOptions {
  /**
   * Name of the parameter, in this very spelling. Agreed by you and Amazon. The `X-Amz-Credential` in the example on Amazon's page
   * comes from a page about S3 and is not meant here.
   */
  readonly name: string;
  /**
   * The value before URL encoding, or several that are valid at once, or a function that supplies them; it is asked for every
   * request.
   */
  readonly values: Provided<OneOrMany<string>>;
}

/**
 * Authenticates Amazon by a parameter in the webhook's URL. A parameter that is there twice is refused.
 *
 * URLs end up in the logs of proxies and servers. Prefer a header where you have the choice.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` where the name or a value is empty.
 *
 * @example
 * ```ts
 * new NdrWebhookVerifier({ auth: queryParameter({ name: 'token', values: env.NDR_TOKEN }) });
 * ```
 *
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */
export function queryParameter(options: QueryParameterOptions): NdrAuth {
  demandOptions('queryParameter()', options);
  const { name } = options;
  demand(isText(name), '"name" must be the name of a query parameter');
  const values = new SecretSet('values', options.values, textSecret('values'));
  return {
    check: async (request) => {
      const value = soleValue(queryValues(request, name), 'the query parameter');
      if (!(await values.has(value))) throw refused('mismatch', 'the query parameter holds no valid value');
    },
    challenge: () => 'QueryParameter',
  };
}
