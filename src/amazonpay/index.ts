/**
 * Amazon Pay: hand over tracking numbers, so that Alexa announces deliveries; and sign any request to Amazon Pay's API.
 *
 * @module waybill/amazonpay
 */
export { carriers, isCarrierCode } from './carriers/carriers.ts';
export { type CarrierCandidate, type FindCarrierOptions, type FoundCarrier, findCarrier } from './carriers/find-carrier.ts';
export * from './surface.ts';
