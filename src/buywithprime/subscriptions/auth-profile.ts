/**
 * How Amazon authenticates at a webhook: in an auth profile, which several subscriptions can share and whose credentials can be rotated, or
 * inline in one subscription.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-mutations-createauthprofile | createAuthProfile}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-mutations-updateauthprofile | updateAuthProfile}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-mutations-deleteauthprofile | deleteAuthProfile}
 */
import * as z from 'zod/mini';
import { exactlyOne } from '../../core/schema.ts';
import { type Operation, readField } from '../operation.ts';
import { AnyObject, HttpsUrl, Id, Name, parseInput } from '../payload.ts';

/** Credentials for a webhook: OAuth 2.0 or HTTP Basic. */
export type WebhookAuthConfig =
  | {
      /** Amazon fetches a token with these, and sends it to the webhook. */
      readonly oAuthConfig: {
        /** The client id and secret that you issued to Amazon. */
        readonly clientParameters: { readonly clientId: string; readonly clientSecret: string };
        /** Your token endpoint; https only. */
        readonly authEndpoint: string;
        /** @default 'POST' */
        readonly httpMethod?: 'POST' | undefined;
        /**
         * What Amazon adds to the token request. Its sample has `grant_type` = `client_credentials` and `scope` in the body and the form's
         * `Content-Type` in the headers; left out, the request very probably lacks them (inferred).
         */
        readonly httpParameters?:
          | {
              readonly bodyParameters?: readonly { readonly key: string; readonly value: string }[] | undefined;
              readonly headerParameters?: readonly { readonly key: string; readonly value: string }[] | undefined;
            }
          | undefined;
      };
      readonly basicAuthConfig?: undefined;
    }
  | {
      /** Amazon sends these as HTTP Basic. */
      readonly basicAuthConfig: { readonly username: string; readonly password: string };
      readonly oAuthConfig?: undefined;
    };

/** Checks the credentials for a webhook. An unknown key is refused. */
export const WebhookAuthConfigSchema: z.ZodMiniType<WebhookAuthConfig> = /* @__PURE__ */ z.lazy(() => {
  const parameters = z.optional(z.array(z.strictObject({ key: Name, value: z.string() })));
  const oAuthConfig = z.strictObject({
    clientParameters: z.strictObject({ clientId: Name, clientSecret: Name }),
    authEndpoint: HttpsUrl,
    httpMethod: z.optional(z.literal('POST')),
    httpParameters: z.optional(z.strictObject({ bodyParameters: parameters, headerParameters: parameters })),
  });
  const basicAuthConfig = z.strictObject({ username: Name, password: Name });
  return z
    .strictObject({ oAuthConfig: z.optional(oAuthConfig), basicAuthConfig: z.optional(basicAuthConfig) })
    .check(
      exactlyOne(['oAuthConfig', 'basicAuthConfig'], () => 'expected either "oAuthConfig" or "basicAuthConfig"'),
    ) as unknown as z.ZodMiniType<WebhookAuthConfig>;
});

/**
 * Input of {@link BuyWithPrimeClient.createAuthProfile}.
 * @inline
 */
export interface AuthProfileInput {
  /** Your own id of the profile; Amazon returns it as the id. Left out, Amazon generates one. */
  readonly authProfileAliasId?: string | undefined;
  readonly authConfig: WebhookAuthConfig;
}

/** Checks the input of {@link BuyWithPrimeClient.createAuthProfile}. */
export const AuthProfileInputSchema: z.ZodMiniType<AuthProfileInput> = /* @__PURE__ */ z.lazy(() =>
  z.strictObject({ authProfileAliasId: z.optional(Id), authConfig: WebhookAuthConfigSchema }),
);

/**
 * Input of {@link BuyWithPrimeClient.updateAuthProfile}.
 * @inline
 */
export interface AuthProfileUpdate {
  readonly authProfileId: string;
  /** The new credentials. */
  readonly authConfig: WebhookAuthConfig;
}

/** Checks the input of {@link BuyWithPrimeClient.updateAuthProfile}. */
export const AuthProfileUpdateSchema: z.ZodMiniType<AuthProfileUpdate> = /* @__PURE__ */ z.lazy(() =>
  z.strictObject({ authProfileId: Id, authConfig: WebhookAuthConfigSchema }),
);

const AuthProfilePayload: z.ZodMiniType<{ readonly authProfileId: string }> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({ authProfileId: z.string() }),
);

const CREATE = `mutation createAuthProfile($input: CreateAuthProfileInput!) {
  createAuthProfile(input: $input) { authProfileId }
}`;

const UPDATE = `mutation updateAuthProfile($input: UpdateAuthProfileInput!) {
  updateAuthProfile(input: $input) { authProfileId }
}`;

const DELETE = `mutation deleteAuthProfile($authProfileId: String!) {
  deleteAuthProfile(authProfileId: $authProfileId) { authProfileId }
}`;

/** What the credentials must be allowed to do with event subscriptions and auth profiles. */
export const SUBSCRIPTIONS_PERMISSION = 'to create, view and delete event subscriptions';

/** The mutation that creates a profile. */
export function createAuthProfileMutation(
  input: AuthProfileInput,
  document: string = CREATE,
): Operation<{ readonly authProfileId: string }> {
  return profileMutation('createAuthProfile', parseInput(AuthProfileInputSchema, input), document);
}

/** The mutation that replaces the credentials of a profile. */
export function updateAuthProfileMutation(
  input: AuthProfileUpdate,
  document: string = UPDATE,
): Operation<{ readonly authProfileId: string }> {
  return profileMutation('updateAuthProfile', parseInput(AuthProfileUpdateSchema, input), document);
}

function profileMutation(
  field: string,
  { authConfig, ...ids }: AuthProfileInput | AuthProfileUpdate,
  document: string,
): Operation<{ readonly authProfileId: string }> {
  return {
    document,
    variables: { input: { ...ids, authConfig: withMethod(authConfig) } },
    mutates: true,
    hide: secretsOf(authConfig),
    permission: SUBSCRIPTIONS_PERMISSION,
    read: readField(field, AuthProfilePayload, ({ authProfileId }) => ({ authProfileId })),
  };
}

/** The mutation that deletes a profile. */
export function deleteAuthProfileMutation(authProfileId: string, document: string = DELETE): Operation<void> {
  return deletion('deleteAuthProfile', 'authProfileId', authProfileId, document);
}

/** The mutation that deletes what an id names. `variable` is the name of the id. */
export function deletion(field: string, variable: string, id: string, document: string): Operation<void> {
  return {
    document,
    variables: { [variable]: parseInput(Id, id, { at: [variable] }) },
    mutates: true,
    permission: SUBSCRIPTIONS_PERMISSION,
    read: readField(field, AnyObject, () => undefined),
  };
}

/** With the method that every sample has. */
export function withMethod(config: WebhookAuthConfig): WebhookAuthConfig {
  return config.oAuthConfig ? { oAuthConfig: { ...config.oAuthConfig, httpMethod: 'POST' } } : config;
}

/** What no error may contain. */
export function secretsOf({ oAuthConfig, basicAuthConfig }: WebhookAuthConfig): readonly string[] {
  if (basicAuthConfig) return [basicAuthConfig.username, basicAuthConfig.password];
  const { clientParameters, authEndpoint, httpParameters = {} } = oAuthConfig as NonNullable<typeof oAuthConfig>;
  const parameters = [...(httpParameters.bodyParameters ?? []), ...(httpParameters.headerParameters ?? [])];
  const secrets = [clientParameters.clientId, clientParameters.clientSecret, ...parameters.map(({ value }) => value)];
  return [...secrets, ...secretsOfUrl(authEndpoint)];
}

/** A URL may have a secret in its path or query: the URL, its path, and each part that is long enough for one. */
export function secretsOfUrl(url: string): readonly string[] {
  if (!URL.canParse(url)) return [url];
  const { pathname, search, searchParams } = new URL(url);
  if (pathname === '/' && search === '') return [];
  const parts = [...pathname.split('/'), ...searchParams.values()].filter(({ length }) => length >= 8);
  return [url, `${pathname}${search}`, ...(pathname.length > 8 ? [pathname] : []), ...parts];
}
