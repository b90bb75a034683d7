/**
 * Amazon Pay: hand over tracking numbers, so that Alexa announces deliveries; and sign any request to Amazon Pay's API.
 *
 * @module waybill/amazonpay
 */
export { carriers, type IsCarrierCode, isCarrierCode } from './carriers/carriers.ts';
export { type CarrierCandidate, type FindCarrierOptions, type FoundCarrier, findCarrier } from './carriers/find.ts';
export * from './without-carriers.ts';
