/**
 * What waybill promises on every runtime, without a test framework: the public names of the package and web standards, no more.
 *
 * `run.mjs` puts it beside the packed package and runs it on each; to try one runtime of your own, do the same.
 */
import { amazonPay } from './suite/amazon-pay.mjs';
import { buyWithPrime } from './suite/buy-with-prime.mjs';
import { runChecks } from './suite/check.mjs';
import { emulator } from './suite/emulator.mjs';
import { errors } from './suite/errors.mjs';
import { receiving } from './suite/receiving.mjs';
import { shippingNdr } from './suite/shipping-ndr.mjs';
import { transport } from './suite/transport.mjs';

/**
 * Prints a line for each check and the total.
 *
 * @param {(line: string) => void} [print]
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export function runConformance(print = (line) => console.log(line)) {
  return runChecks(
    { 'Amazon Pay': amazonPay, 'Shipping NDR': shippingNdr, 'Buy with Prime': buyWithPrime, receiving, transport, errors, emulator },
    print,
  );
}
