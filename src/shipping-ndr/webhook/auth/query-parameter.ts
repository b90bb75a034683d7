/**
 * The second of Amazon's mechanisms: a parameter in the webhook's URL.
 *
 * @module
 */
import { report } from '../../../core/hooks.ts';
import { checkAllNames, requireString } from '../../../core/options.ts';
import { queryValues } from '../../../core/receive/request.ts';
import type { OneOrMany, Provided } from '../../../core/types.ts';
import { SURFACE } from '../../surface.ts';
import { compareHint, type NdrAuth, refused, SecretSet, soleValue, textSecret } from './mechanism.ts';

/** Options of {@link queryParameter}. */
export interface QueryParameterOptions {
  /**
   * Name of the parameter, case-sensitive. You and Amazon agree on it. The `X-Amz-Credential` in the example on Amazon's page comes from a
   * page about S3 and is not meant here.
   */
  readonly name: string;
  /**
   * The value before URL encoding, or several that are valid at once, or a function that supplies them and is called for every request. Avoid
   * `+` and spaces: a sender that does not encode a `+` sends a space.
   */
  readonly values: Provided<OneOrMany<string>>;
}

/**
 * Authenticates Amazon by a parameter in the webhook's URL. A parameter that is present twice is refused.
 *
 * URLs end up in the logs of proxies and servers. Prefer a header if you have the choice.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` if the name or a value is empty.
 *
 * @example
 * ```ts
 * new NdrWebhookVerifier({ auth: queryParameter({ name: 'token', values: env.NDR_TOKEN }) });
 * ```
 *
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */
export function queryParameter(options: QueryParameterOptions): NdrAuth {
  checkAllNames(SURFACE, options, ['name', 'values'], { keys: 'values', value: 'values', secret: 'values', parameter: 'name' });
  const name = requireString(SURFACE, 'name', options.name, 'It is the name of a query parameter.');
  let isReported = false;
  const values = new SecretSet('values', options.values, (secret, option) => {
    const text = textSecret(secret, option);
    if (/[+ ]/.test(text) && !isReported) {
      isReported = true;
      report('warn', `${SURFACE}: "values" contains a + or a space: a sender that does not encode a + sends a space. Choose another value`);
    }
    return text;
  });
  return {
    check: async (request) => {
      const value = soleValue(queryValues(request, name), 'the query parameter');
      if (await values.has(value)) return;
      const hint = value.includes(' ') ? 'It has a space, which may have been sent as a +: choose another value.' : compareHint('values');
      throw refused('mismatch', 'the query parameter does not contain a valid value', hint);
    },
    challenge: () => 'QueryParameter',
  };
}
