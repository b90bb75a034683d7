/**
 * Names of headers that a credential can travel in.
 *
 * @module
 */
import { demand } from '../../configuration.ts';

/** What EventBridge strips from the headers that a connection adds, by public accounts that cite AWS. */
const STRIPPED =
  /^(?:a-im|accept-(?:charset|datetime|encoding)|cache-control|connection|content-(?:encoding|length|md5)|date|expect|forwarded|from|host|http2-settings|if-.*|max-forwards|origin|pragma|proxy-authorization|range|referer|te|trailer|transfer-encoding|user-agent|upgrade|via|warning)$/i;

/** The name in lower case. Refuses what is no name, and names that would never arrive. */
export function checkHeaderName(option: string, name: unknown): string {
  demand(typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name), `"${option}" must be the name of a header`);
  demand(
    !STRIPPED.test(name),
    `"${option}" can't be "${name}": EventBridge, which Amazon very probably delivers with, strips that header`,
    'Agree with Amazon on a name of your own, such as x-api-key.',
  );
  return name.toLowerCase();
}
