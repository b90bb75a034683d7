/**
 * What of this machine can be in the way.
 *
 * @module
 */
import type { Check } from '../checklist.ts';
import type { Environment } from '../context.ts';

/** Looks at Node, and at what it does with the network. */
export function checkMachine(env: Environment): readonly Check[] {
  const checks: Check[] = [{ status: 'ok', name: 'Node', message: process.versions.node }];
  const proxy = ['HTTPS_PROXY', 'https_proxy'].find((name) => env[name]);
  if (proxy && env['NODE_USE_ENV_PROXY'] !== '1') {
    checks.push({
      status: 'warn',
      name: 'proxy',
      message: `${proxy} is set, and Node does not heed it by itself`,
      todo: 'Set NODE_USE_ENV_PROXY=1 (Node 24 or newer), or pass the clients a fetch that goes through the proxy.',
    });
  }
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    checks.push({
      status: 'fail',
      name: 'TLS',
      message: 'NODE_TLS_REJECT_UNAUTHORIZED=0 lets anybody pass for Amazon',
      todo: 'Take it away. For a certificate of your company there is NODE_EXTRA_CA_CERTS.',
    });
  }
  return checks;
}
