/**
 * Secrets that a request may present: several at once while one takes the place of another.
 *
 * @module
 */
import { digest, equalDigests } from '../../../core/bytes.ts';
import type { Provided } from '../../../core/types.ts';
import { demand } from '../../configuration.ts';

/** One value, or several that are valid at the same time. */
export type OneOrMany<Value> = Value | readonly Value[];

/** Secrets, kept as digests where they are known from the start. */
export class SecretSet {
  readonly #digests: () => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;

  /** `toText` checks a secret and gives the text that is compared, or several; what it throws must not hold the secret. */
  constructor(option: string, provided: Provided<OneOrMany<unknown>>, toText: (secret: unknown) => OneOrMany<string>) {
    // Digests have one length, so that comparing them tells nothing of the secret's.
    const digestAll = (secrets: unknown): readonly Uint8Array[] => {
      const list: readonly unknown[] = Array.isArray(secrets) ? secrets : [secrets];
      demand(list.length > 0, `"${option}" must not be empty, or nobody could be let in`);
      return list.flatMap(toText).map((text) => digest(text));
    };
    if (typeof provided === 'function') this.#digests = async () => digestAll(await provided());
    else {
      const digests = digestAll(provided);
      this.#digests = () => digests;
    }
  }

  /**
   * Whether the credential, text or its UTF-8, is one of them. Takes as long for one that is nearly right as for any other, and always
   * compares with all.
   */
  async has(credential: string | Uint8Array): Promise<boolean> {
    const wanted = digest(credential);
    let found = false;
    for (const known of await this.#digests()) found = equalDigests(known, wanted) || found;
    return found;
  }
}

/** A secret that travels as a header's whole value. */
export function headerSecret(option: string): (secret: unknown) => string {
  return (secret) => {
    demand(typeof secret === 'string' && secret !== '', `"${option}" must hold texts that are not empty`);
    demand(
      /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(secret),
      `"${option}" holds a text that a header can't carry: printable ASCII without blanks around it is needed`,
      'A line break at its end comes with many secret files: trim it.',
    );
    return secret;
  };
}

/** A secret that travels encoded, and may hold any text. */
export function textSecret(option: string): (secret: unknown) => string {
  return (secret) => {
    demand(typeof secret === 'string' && secret !== '', `"${option}" must hold texts that are not empty`);
    // A lone surrogate has no UTF-8: every one would be equal to every other.
    demand(!/\p{Surrogate}/u.test(secret), `"${option}" holds a text that is not well-formed Unicode`);
    return secret;
  };
}
