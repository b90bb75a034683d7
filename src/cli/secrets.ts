/**
 * Keeps secrets off the command line: other users of the machine see it, and shells write it down.
 *
 * @module
 */
import { UsageError } from './failure.ts';

/** Options that people expect, and what to use in their place. */
const REFUSED: readonly (readonly [option: RegExp, instead: string])[] = [
  [/^--(amazon-pay-)?(private-key|key|pem)$/, 'Set AMAZON_PAY_PRIVATE_KEY, or pass --private-key-file FILE.'],
  [/^--(lwa-)?refresh-token$/, 'Set LWA_REFRESH_TOKEN, or write it into a file and pass --settings FILE.'],
  [/^--((lwa|bwp)-)?client-secret$/, 'Set LWA_CLIENT_SECRET or BWP_CLIENT_SECRET, or write it into a file and pass --settings FILE.'],
  [/^--(.*-)?(secret|token|password|api-key|credentials?)$/, 'Set a variable, or pass a file: see --help.'],
];

/** What is a secret wherever it stands. */
const SECRET = /-----BEGIN [A-Z ]*PRIVATE KEY|\bAtz[ar]\||\bamzn1\.oa2-cs\./;

/** Refuses a command line with a secret in it, without repeating it. */
export function refuseSecrets(argv: readonly string[]): void {
  for (const argument of argv) {
    const option = argument.split('=', 1)[0] ?? '';
    const instead = REFUSED.find(([pattern]) => pattern.test(option))?.[1];
    if (instead) throw new UsageError(`${option} is not an option: secrets are never taken from the command line`, instead);
    if (SECRET.test(argument)) {
      throw new UsageError(
        'there is a secret on the command line, where other users and the history of the shell can see it',
        'Set a variable or pass a file: see --help. If others use this machine, have the secret replaced.',
      );
    }
  }
}
