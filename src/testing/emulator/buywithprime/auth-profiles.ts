/**
 * Auth profiles of the emulated Buy with Prime.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-mutations-deleteauthprofile | deleteAuthProfile}
 */
import { GraphQLFault } from './graphql-fault.ts';

/** An auth profile that was created. What is in it is a secret, and not kept. */
export interface AuthProfileRecord {
  readonly authProfileId: string;
}

/** Creates and deletes auth profiles. Takes any input, for its fields are not documented. */
export class AuthProfiles {
  readonly #ids = new Set<string>();
  readonly #randomId: () => string;

  constructor(randomId: () => string) {
    this.#randomId = randomId;
  }

  get records(): readonly AuthProfileRecord[] {
    return [...this.#ids].map((authProfileId) => ({ authProfileId }));
  }

  create(): AuthProfileRecord {
    const authProfileId = this.#randomId();
    this.#ids.add(authProfileId);
    return { authProfileId };
  }

  /** Inferred: that an unknown one is answered like no access, as an unknown subscription is. */
  delete(authProfileId: string): object {
    if (!this.#ids.delete(authProfileId)) throw new GraphQLFault('AccessDeniedError');
    return {};
  }
}
