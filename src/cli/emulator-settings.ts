/**
 * Keys of the served emulator, and the settings that lead a program to it.
 *
 * @module
 */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { type EmulatorCredentials, type TestKeys, testKeys } from '../testing/index.ts';
import { UsageError } from './failure.ts';
import { PUBLIC_KEY, readText, writeWhole } from './files.ts';
import type { Context } from './terminal.ts';

/** Where the keys of an emulator come from. */
export interface KeyOptions {
  readonly env?: string;
  readonly publicKeyId?: string;
  readonly publicKeyFile?: string;
}

/** A test key pair, and all public keys that the emulator accepts. */
export interface EmulatorKeys {
  readonly publicKeyId: string;
  readonly privateKey: string;
  readonly publicKeys: Readonly<Record<string, string>>;
}

/** `waybill send` signs with these keys, and the emulator publishes them. Not a secret, because every copy of waybill has it. */
export const SIGNING_SEED = 'waybill command line';

/** A file that starts with this line may be overwritten. */
const MARK = '# Written by waybill emulator: test keys, good for nothing else.';

/** The keys in the settings file if it exists, otherwise new ones; and the user's own key. */
export async function emulatorKeys({ env, publicKeyId, publicKeyFile }: KeyOptions, context: Context): Promise<EmulatorKeys> {
  if ((publicKeyId === undefined) !== (publicKeyFile === undefined)) {
    throw new UsageError('--public-key-id and --public-key-file must be passed together');
  }
  const own =
    publicKeyId !== undefined && publicKeyFile !== undefined ? { [publicKeyId]: await readText(publicKeyFile, context, PUBLIC_KEY) } : {};
  const { publicKey, ...pair } = (env !== undefined && (await readKeys(env, context))) || (await testKeys());
  return { ...pair, publicKeys: { ...own, [pair.publicKeyId]: publicKey } };
}

async function readKeys(file: string, context: Context): Promise<TestKeys | undefined> {
  if (!existsSync(file)) return undefined;
  const text = await readText(file, context);
  if (!text.startsWith(MARK)) {
    throw new UsageError(`${file} exists and was not written by waybill emulator`, 'Choose another file with --env.');
  }
  const { AMAZON_PAY_PUBLIC_KEY_ID: publicKeyId, AMAZON_PAY_PRIVATE_KEY: privateKey } = parseEnv(text);
  if (!publicKeyId || !privateKey) return undefined;
  try {
    const publicKey = createPublicKey(createPrivateKey(privateKey)).export({ format: 'pem', type: 'spki' }).toString();
    return { publicKeyId, privateKey, publicKey };
  } catch {
    throw new UsageError(`the key in ${file} is damaged`, 'Delete the file, and the emulator writes a new one.');
  }
}

/** What the examples, the guides and this command line read, in the order of the surfaces. */
export function emulatorVariables(
  url: string,
  { publicKeyId, privateKey }: Pick<EmulatorKeys, 'publicKeyId' | 'privateKey'>,
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

/** One `NAME=value` per line. A key is in quotes, its line breaks written as `\n`. */
export function variableLines(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).map(([name, value]) => `${name}=${/[\n|]/.test(value) ? `"${value.replaceAll('\n', '\\n')}"` : value}`);
}

/** Writes a file for `--settings` that only its owner can read. */
export function writeVariables(file: string, variables: Readonly<Record<string, string>>): Promise<void> {
  return writeWhole(file, `${[MARK, ...variableLines(variables)].join('\n')}\n`, { mode: 0o600 });
}
