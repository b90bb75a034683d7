/**
 * All three surfaces from one import. A bundler drops what is not used; without a bundler, import the surface itself:
 * `waybill/amazonpay`, `waybill/shipping-ndr` or `waybill/buywithprime`.
 * Amazon Pay's carriers and `findCarrier` are in `waybill/amazonpay` alone, because of the size of their table.
 *
 * @module waybill
 */
// The carriers stay behind: their table would be a fifth of it all, and CommonJS drops nothing.
export * from './amazonpay/surface.ts';
export * from './buywithprime/index.ts';
export * from './shipping-ndr/index.ts';
