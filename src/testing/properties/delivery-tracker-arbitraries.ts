/**
 * Arbitrary parcels for Amazon Pay.
 *
 * @module
 */
import * as fc from 'fast-check';
import { carriers } from '../../amazonpay/carriers/carriers.ts';
import type { DeliveryTrackerInput } from '../../amazonpay/delivery-tracker.ts';
import { assertOption } from '../../core/errors.ts';
import { asOptions } from '../builders/arguments.ts';
import { SURFACE } from '../surface.ts';
import { type Flawed, flawed, flawsAt } from './flaws.ts';

/** Options of {@link anyDeliveryTrackerInput}. */
export interface DeliveryTrackerArbitraryOptions {
  /**
   * The environment of the orders' ids: `P` and `B` are live, `S` and `C` are sandbox.
   * @default both
   */
  readonly environment?: 'live' | 'sandbox' | undefined;
}

const PREFIXES = { live: ['P', 'B'], sandbox: ['S', 'C'] } as const;
const CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * What `DeliveryTrackerClient.create()` accepts: ids of both kinds of order, every carrier of Amazon's list, numbers of 8 to 30 characters.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for options that cannot work.
 */
export function anyDeliveryTrackerInput(options?: DeliveryTrackerArbitraryOptions): fc.Arbitrary<DeliveryTrackerInput> {
  const { environment } = asOptions('anyDeliveryTrackerInput', options, ['environment']);
  const isEnvironment = environment === undefined || Object.hasOwn(PREFIXES, environment);
  assertOption(isEnvironment, SURFACE, 'environment', 'must be live or sandbox');
  const prefixes = environment ? PREFIXES[environment] : [...PREFIXES.live, ...PREFIXES.sandbox];
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 7, maxLength: 7 });
  const id = fc
    .tuple(fc.constantFrom(...prefixes), fc.constantFrom('01', '02', '03'), digits, digits)
    .map(([prefix, region, ...parts]) => [`${prefix}${region}`, ...parts].join('-'));
  const parcel = {
    trackingNumber: anyTrackingNumber(),
    carrierCode: fc.constantFrom(...carriers.filter(({ list }) => list === 'v2').map(({ code }) => code)),
  };
  return fc.oneof(fc.record({ chargePermissionId: id, ...parcel }), fc.record({ amazonOrderReferenceId: id, ...parcel }));
}

/** With a digit at the end: every carrier's numbers have digits. */
function anyTrackingNumber(): fc.Arbitrary<string> {
  const start = fc.string({ unit: fc.constantFrom(...CHARACTERS), minLength: 7, maxLength: 29 });
  return fc.tuple(start, fc.integer({ min: 1, max: 9 })).map(([rest, digit]) => `${rest}${digit}`);
}

/** Parcels with one thing wrong. Nobody should send them: a tracking number can be used once. */
export function anyInvalidDeliveryTrackerInput(): fc.Arbitrary<Flawed> {
  const charge = anyDeliveryTrackerInput().filter((input) => input.chargePermissionId !== undefined);
  return flawed(charge, [
    ...flawsAt(['chargePermissionId'], ['', null, 7, 'P01-1234567-1234567-C123456', 'P01 1234567']),
    // No id, or two: the issue is about the parcel as a whole.
    ...flawsAt(['chargePermissionId'], [undefined], []),
    ...flawsAt(['amazonOrderReferenceId'], ['P01-1234567-1234567'], []),
    ...flawsAt(['trackingNumber'], [undefined, '', '  ', null, 7, 'https://track.example/1Z999']),
    ...flawsAt(['carrierCode'], [undefined, '', null, 7, 'ups', 'United Parcel Service']),
  ]);
}
