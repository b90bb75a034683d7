/**
 * All three surfaces from one import. A bundler drops what is not used; without a bundler, import the surface itself:
 * `waybill/amazonpay`, `waybill/shipping-ndr` or `waybill/buywithprime`.
 * Amazon Pay's carriers and `findCarrier` are in `waybill/amazonpay` only, because their table is large.
 *
 * @module waybill
 */
// Without the carriers: their table would be a fifth of it all, and CommonJS drops nothing.
export * from './amazonpay/without-carriers.ts';
export * from './buywithprime/index.ts';
export * from './shipping-ndr/index.ts';
