/**
 * How a request to a webhook authenticates itself: for the commands that send one, and for the one that receives it.
 *
 * @module
 */
import type { Command } from 'commander';
import { isWaybillError } from '../../core/errors.ts';
import { authenticatedRequest, signedWebhook, type WebhookAuth, WebhookSigningKeys } from '../../testing/index.ts';
import { SIGNING_SEED } from '../emulator-settings.ts';
import { UsageError } from '../failure.ts';
import { readEnvironment, readText } from '../files.ts';
import { addSettingsFile, type Flags } from '../settings.ts';
import type { Context } from '../terminal.ts';

/** Flags of {@link addAuthOptions}. */
export interface AuthOptions extends Flags {
  readonly auth: AuthType;
  readonly secretFile?: string;
  readonly header: string;
  readonly parameter?: string;
  readonly username?: string;
}

type AuthType = keyof typeof MECHANISMS | 'signature' | 'none';

interface Mechanism {
  /** The variable with the secret. */
  readonly variable: string;
  readonly credential: (secret: string, options: AuthOptions) => WebhookAuth;
}

const MECHANISMS = {
  'api-key': { variable: 'NDR_API_KEY', credential: (key, { header }) => ({ type: 'apiKey', header, key }) },
  query: {
    variable: 'NDR_QUERY_VALUE',
    credential: (value, { parameter }) => ({ type: 'query', name: requireFlag('--parameter', parameter), value }),
  },
  basic: {
    variable: 'NDR_PASSWORD',
    credential: (password, { username }) => ({ type: 'basic', username: requireFlag('--username', username), password }),
  },
  bearer: { variable: 'NDR_TOKEN', credential: (token) => ({ type: 'bearer', token }) },
} as const satisfies Readonly<Record<string, Mechanism>>;

/** For a help text. */
export const SECRET_VARIABLES =
  'Without --secret-file the secret is read from NDR_API_KEY, NDR_QUERY_VALUE, NDR_PASSWORD or NDR_TOKEN, depending on --auth.';

/** Adds `--auth` and what belongs to it. Without a default it is required. */
export function addAuthOptions(command: Command, fallback?: AuthType): Command {
  const auth = command.createOption('--auth <type>', 'how requests authenticate themselves');
  auth.choices([...Object.keys(MECHANISMS), 'signature', 'none']);
  command
    .addOption(fallback === undefined ? auth.makeOptionMandatory() : auth.default(fallback))
    .option('--secret-file <file>', 'key, value, password or token; - for standard input')
    .option('--header <name>', 'header of --auth api-key', 'x-api-key')
    .option('--parameter <name>', 'parameter of --auth query')
    .option('--username <name>', 'user name of --auth basic');
  return addSettingsFile(command);
}

/** The credential that was chosen; `undefined` for a signature. */
export async function readCredential(options: AuthOptions, context: Context): Promise<WebhookAuth | undefined> {
  const { auth, secretFile, settings } = options;
  if (auth === 'signature') return undefined;
  if (auth === 'none') return { type: 'none' };
  const { variable, credential } = MECHANISMS[auth];
  // Editors end a file with a line break.
  const fromFile = secretFile === undefined ? undefined : (await readText(secretFile, context)).replace(/\r?\n$/, '');
  const secret = fromFile ?? (await readEnvironment(settings, context))[variable];
  const hint = 'Set it, write it into a file and pass --settings FILE, or pass --secret-file FILE.';
  if (!secret) throw new UsageError(fromFile === undefined ? `${variable} is not set` : 'the file of --secret-file is empty', hint);
  context.secrets.push(secret);
  return credential(secret, options);
}

/** The request that brings an event to a webhook. Without a credential it is signed as Buy with Prime signs. */
export async function webhookRequest(event: unknown, url: string, credential: WebhookAuth | undefined): Promise<Request> {
  if (!credential) return signedWebhook(event, { keys: new WebhookSigningKeys({ seed: SIGNING_SEED }), url });
  try {
    return authenticatedRequest(event, { url, auth: credential });
  } catch (error) {
    if (!isWaybillError(error) || error.code !== 'CONFIGURATION' || error.option !== 'auth') throw error;
    throw new UsageError('the secret or --header contains characters that HTTP does not allow', 'Does the secret have a line break in it?');
  }
}

function requireFlag(flag: string, value: string | undefined): string {
  if (value) return value;
  throw new UsageError(`${flag} is missing: this --auth needs it`);
}
