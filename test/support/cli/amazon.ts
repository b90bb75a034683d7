import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emulatorVariables } from '../../../src/cli/emulator-settings.ts';
import { serve } from '../../../src/cli/server.ts';
import { AmazonEmulator, type AmazonEmulatorOptions, buyWithPrimeOrder, type TestKeys, testKeys } from '../../../src/testing/index.ts';

/** A served emulator, and the settings that lead there. */
export interface Amazon {
  readonly emulator: AmazonEmulator;
  readonly keys: TestKeys;
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => void;
}

let made: Promise<TestKeys> | undefined;

/** Serves an emulator on loopback, with one key pair for the whole test run. */
export async function startAmazon(options: AmazonEmulatorOptions = {}): Promise<Amazon> {
  made ??= testKeys();
  const keys = await made;
  const publicKeys = { [keys.publicKeyId]: keys.publicKey };
  const emulator = new AmazonEmulator({ publicKeys, orders: [buyWithPrimeOrder()], quota: false, ...options });
  const { url, close } = await serve(emulator.fetch);
  return { emulator, keys, url, close, env: emulatorVariables(url, keys, emulator.credentials) };
}

/** A folder that the test removes. */
export function temporaryFolder(): { readonly path: (name: string) => string; readonly remove: () => void } {
  // Its name has characters that break naive programs.
  const folder = mkdtempSync(join(tmpdir(), "waybill cli ä'"));
  return { path: (name) => join(folder, name), remove: () => rmSync(folder, { recursive: true }) };
}
