/**
 * Keys of the served emulator, and the settings that lead a program to it.
 *
 * @module
 */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { type EmulatorCredentials, testKeys } from '../testing/index.ts';
import type { Context } from './context.ts';
import { UsageError } from './failure.ts';
import { readText, unreadable } from './files.ts';

/** What keys are made of. */
export interface KeyOptions {
  readonly env?: string;
  readonly publicKeyId?: string;
  readonly publicKeyFile?: string;
}

/** A test key pair, and all public keys that the emulator knows. */
export interface EmulatorKeys {
  readonly publicKeyId: string;
  readonly privateKey: string;
  readonly publicKeys: Readonly<Record<string, string>>;
}

/** What webhooks are signed with by `waybill send`, and by the emulator, which it never meets. No secret: every copy of waybill has it. */
export const SIGNING_SEED = 'waybill command line';

/** By which a file is known to be ours to write over. */
const MARK = '# Written by waybill emulator: test keys, good for nothing else.';

/** The keys of the settings file, where there is one; else new ones. With a key of the user's own. */
export async function emulatorKeys({ env, publicKeyId, publicKeyFile }: KeyOptions, context: Context): Promise<EmulatorKeys> {
  if ((publicKeyId === undefined) !== (publicKeyFile === undefined)) {
    throw new UsageError('--public-key-id and --public-key-file belong together');
  }
  const own = publicKeyId !== undefined && publicKeyFile !== undefined ? { [publicKeyId]: await readText(publicKeyFile, context) } : {};
  const { publicKey, ...pair } = (env !== undefined && (await readKeys(env, context))) || (await testKeys());
  return { ...pair, publicKeys: { ...own, [pair.publicKeyId]: publicKey } };
}

async function readKeys(file: string, context: Context): Promise<Awaited<ReturnType<typeof testKeys>> | undefined> {
  if (!existsSync(file)) return undefined;
  const text = await readText(file, context);
  if (!text.startsWith(MARK)) {
    throw new UsageError(`${file} is there already and is not of this command`, 'Choose another file with --env.');
  }
  const { AMAZON_PAY_PUBLIC_KEY_ID: publicKeyId, AMAZON_PAY_PRIVATE_KEY: privateKey } = parseEnv(text);
  if (!publicKeyId || !privateKey) return undefined;
  const publicKey = createPublicKey(createPrivateKey(privateKey)).export({ format: 'pem', type: 'spki' }).toString();
  return { publicKeyId, privateKey, publicKey };
}

/** What the examples, the guides and this command read, in the order of the surfaces. */
export function emulatorVariables(
  url: string,
  { publicKeyId, privateKey }: EmulatorKeys,
  { lwa, buyWithPrime }: EmulatorCredentials,
): Readonly<Record<string, string>> {
  return {
    AMAZON_PAY_PUBLIC_KEY_ID: publicKeyId,
    AMAZON_PAY_PRIVATE_KEY: privateKey,
    AMAZON_PAY_REGION: 'eu',
    AMAZON_PAY_URL: url,
    LWA_CLIENT_ID: lwa.clientId,
    LWA_CLIENT_SECRET: lwa.clientSecret,
    LWA_REFRESH_TOKEN: lwa.refreshToken,
    LWA_URL: `${url}/auth/o2/token`,
    SP_API_URL: url,
    BWP_CLIENT_ID: buyWithPrime.clientId,
    BWP_CLIENT_SECRET: buyWithPrime.clientSecret,
    BWP_TARGET_ID: buyWithPrime.targetId,
    BWP_URL: url,
    BWP_JWKS_URL: `${url}/jwks.json`,
  };
}

/** One `NAME=value` a line; the line breaks of a key as `\n`, in quotes. */
export function variableLines(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).map(([name, value]) => `${name}=${/[\n|]/.test(value) ? `"${value.replaceAll('\n', '\\n')}"` : value}`);
}

/** Writes the settings for `--settings`, readable to the owner alone. */
export async function writeVariables(file: string, variables: Readonly<Record<string, string>>): Promise<void> {
  try {
    await writeFile(file, `${[MARK, ...variableLines(variables)].join('\n')}\n`, { mode: 0o600 });
  } catch (error) {
    throw unreadable('write', file, error);
  }
}
