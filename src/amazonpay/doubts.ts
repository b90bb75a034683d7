/**
 * What looks wrong in a delivery and is sent all the same: Amazon's pages show these shapes, and promise none of them.
 *
 * @module
 */
import type { Warning } from '../core/options.ts';
import type { DeliveryTrackerInput } from './delivery-tracker.ts';
import type { AmazonPayEnvironment, AmazonPayRegion } from './regions.ts';

/** What a delivery is compared with. */
interface Circumstances {
  readonly environment: AmazonPayEnvironment;
  readonly region: AmazonPayRegion;
  readonly knowsCarrier: ((code: string) => boolean) | undefined;
}

type Doubt = Omit<Warning, 'surface'>;

/** One-time orders, and recurring ones. */
const ENVIRONMENT_OF: Readonly<Record<string, AmazonPayEnvironment>> = { P: 'live', B: 'live', S: 'sandbox', C: 'sandbox' };
const REGION_OF: Readonly<Record<string, AmazonPayRegion>> = { '01': 'na', '02': 'eu', '03': 'jp' };

/** What is doubtful in a delivery; nothing that it says holds an id or a number. */
export function doubtsAbout(delivery: DeliveryTrackerInput, { environment, region, knowsCarrier }: Circumstances): readonly Doubt[] {
  const name = delivery.chargePermissionId === undefined ? 'amazonOrderReferenceId' : 'chargePermissionId';
  const [, letter = '', digits = ''] = /^([PSBC])(\d\d)-\d{7}-\d{7}$/.exec(delivery[name] ?? '') ?? [];
  const idEnvironment = ENVIRONMENT_OF[letter];
  const idRegion = REGION_OF[digits];
  const doubts: Doubt[] = [];
  const doubt = (code: string, path: string, message: string): void => void doubts.push({ code, path: [path], message });
  if (!idEnvironment) doubt('ORDER_ID_SHAPE', name, 'does not look like P01-1234567-1234567');
  else if (idEnvironment !== environment)
    doubt('ORDER_ID_ENVIRONMENT', name, `is a ${idEnvironment} id, and the key is for ${environment}`);
  else if (idRegion && idRegion !== region)
    doubt('ORDER_ID_REGION', name, `looks like an id of region ${idRegion}, and ${region} is called`);
  if (/\s/.test(delivery.trackingNumber)) doubt('TRACKING_NUMBER_BLANKS', 'trackingNumber', 'has blanks in it');
  if (knowsCarrier?.(delivery.carrierCode) === false) doubt('CARRIER_UNKNOWN', 'carrierCode', "is not on Amazon's list");
  return doubts;
}

/** What is doubtful in a key's id: Amazon's have 24 capitals and digits behind their prefix. */
export function doubtsAboutKeyId(publicKeyId: string): readonly Doubt[] {
  if (/^(?:(?:LIVE|SANDBOX)-)?[A-Z0-9]{24}$/.test(publicKeyId)) return [];
  return [{ code: 'PUBLIC_KEY_ID_SHAPE', path: ['publicKeyId'], message: 'does not look like LIVE-AGC4SIRXYYTSA667HVXKNEIA' }];
}
