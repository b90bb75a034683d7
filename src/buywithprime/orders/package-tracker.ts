/**
 * Where a package is, by its tracking number.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/tracking-queries-packagetracker | The package tracker query}
 */
import { type CallOptions, misconfigured } from '../../core/options.ts';
import { parseAnswer, present } from '../api/answer.ts';
import type { BuyWithPrimeApi } from '../api/client-options.ts';
import { requireTexts } from '../api/input.ts';
import { BuyWithPrimeTrackerPayloadSchema } from '../schemas.ts';
import { packageTrackerDocument } from './documents.ts';
import type { BuyWithPrimeTrackerPayload } from './order-payload.ts';
import {
  type BuyWithPrimeEstimate,
  type BuyWithPrimeMilestone,
  type BuyWithPrimeTracking,
  readEstimate,
  readMilestone,
  readTracking,
} from './tracking.ts';

/** What a carrier knows a package by: what an event of kind `PACKAGE_TRACKER_MILESTONE_CHANGED` names. */
export interface PackageTrackerIdentifier {
  /** Lower case in Amazon's samples, such as `ups`. */
  readonly carrierCode: string;
  /** The carrier's number. */
  readonly trackingNumber: string;
}

/** All that is known of where a package is. */
export interface BuyWithPrimePackageTracker extends BuyWithPrimeTracking {
  /** When it is expected. */
  readonly estimatedDelivery: BuyWithPrimeEstimate | undefined;
  /** All milestones, in Amazon's order. */
  readonly milestones: readonly BuyWithPrimeMilestone[];
  /** What Amazon answered, with what a document of your own selects beside it. */
  readonly payload: BuyWithPrimeTrackerPayload;
}

/** Sends the query. */
export async function queryPackageTracker(
  { apiVersion, documents, find }: BuyWithPrimeApi,
  identifier: PackageTrackerIdentifier,
  call?: CallOptions,
): Promise<BuyWithPrimePackageTracker | undefined> {
  const packageTrackerIdentifier = requireTexts(identifier, ['carrierCode', 'trackingNumber']);
  if (apiVersion < '2024-11-01') throw misconfigured('buywithprime', 'package trackers need "apiVersion" 2024-11-01 or later');
  return find(
    {
      document: documents.packageTracker ?? packageTrackerDocument(),
      variables: { packageTrackerInput: { packageTrackerIdentifier } },
      hide: [packageTrackerIdentifier.trackingNumber],
      field: 'packageTracker',
      read: readPackageTracker,
    },
    call,
  );
}

function readPackageTracker(answer: unknown): BuyWithPrimePackageTracker {
  const payload = parseAnswer('packageTracker', BuyWithPrimeTrackerPayloadSchema, answer);
  return {
    ...readTracking(payload),
    estimatedDelivery: readEstimate(payload.estimatedDeliveryDate),
    milestones: present(present(payload.milestones).map(readMilestone)),
    payload,
  };
}
