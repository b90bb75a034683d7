/**
 * Auth profiles of the emulated Buy with Prime.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-mutations-createauthprofile | createAuthProfile}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-mutations-deleteauthprofile | deleteAuthProfile}
 */
import { GraphQLFault, invalidInput } from './graphql-fault.ts';

/** An auth profile that exists. Its credentials are secrets, and not stored. */
export interface AuthProfileRecord {
  readonly authProfileId: string;
  /** How Amazon would authenticate. */
  readonly kind: 'oAuth' | 'basic';
  /** How often its credentials were replaced. */
  readonly updates: number;
}

/** `AuthConfigInput` as graphql-js passes it. */
export interface AuthConfigInput {
  readonly oAuthConfig?: { readonly authEndpoint?: string | null } | null;
  readonly basicAuthConfig?: object | null;
}

/** Creates, updates and deletes auth profiles. */
export class AuthProfiles {
  readonly #records = new Map<string, AuthProfileRecord>();
  readonly #randomId: () => string;

  constructor(randomId: () => string) {
    this.#randomId = randomId;
  }

  get records(): readonly AuthProfileRecord[] {
    return [...this.#records.values()];
  }

  /** The id is the alias, if there is one. That an alias which exists is refused is (inferred). */
  create(input: { readonly authProfileAliasId?: string | null; readonly authConfig: AuthConfigInput }): object {
    const authProfileId = input.authProfileAliasId ?? this.#randomId();
    checkId('/createAuthProfile/input/authProfileAliasId', authProfileId);
    const kind = kindOf('/createAuthProfile/input/authConfig', input.authConfig);
    if (this.#records.has(authProfileId)) {
      throw new GraphQLFault('ConflictError', { code: 'AliasValueAlreadyExists', message: 'The alias exists already.' });
    }
    this.#records.set(authProfileId, { authProfileId, kind, updates: 0 });
    return { authProfileId };
  }

  update(input: { readonly authProfileId: string; readonly authConfig: AuthConfigInput } | null | undefined): object {
    if (!input) throw invalidInput('/updateAuthProfile/input must not be null');
    const { authProfileId, authConfig } = input;
    checkId('/updateAuthProfile/input/authProfileId', authProfileId);
    const record = this.#records.get(authProfileId);
    // That an unknown id looks like this is concluded from deleteAuthProfile (inferred).
    if (!record) throw new GraphQLFault('AccessDeniedError', { isWhole: true });
    const kind = kindOf('/updateAuthProfile/input/authConfig', authConfig);
    this.#records.set(authProfileId, { authProfileId, kind, updates: record.updates + 1 });
    return { authProfileId };
  }

  delete(authProfileId: string): object {
    checkId('/deleteAuthProfile/authProfileId', authProfileId);
    if (!this.#records.delete(authProfileId)) throw new GraphQLFault('AccessDeniedError', { isWhole: true });
    return { authProfileId };
  }
}

function checkId(path: string, id: string): void {
  if (id.length < 1 || id.length > 50) throw invalidInput(`${path} must have 1 to 50 characters`);
}

/** Which of the two it is. Refuses both, neither, and a token endpoint without TLS. */
export function kindOf(
  path: string,
  { oAuthConfig, basicAuthConfig }: AuthConfigInput,
  invalid: (issue: string) => GraphQLFault = invalidInput,
): AuthProfileRecord['kind'] {
  if (Boolean(oAuthConfig) === Boolean(basicAuthConfig)) throw invalid(`${path} must have exactly one of oAuthConfig and basicAuthConfig`);
  if (!oAuthConfig) return 'basic';
  if (!/^https:\/\//.test(oAuthConfig.authEndpoint ?? '')) throw invalid(`${path}/oAuthConfig/authEndpoint must be an https URL`);
  return 'oAuth';
}
