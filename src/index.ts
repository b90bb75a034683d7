/**
 * All three surfaces from one import. A bundler drops what is not used; without a bundler, import the surface itself:
 * `waybill/amazonpay`, `waybill/shipping-ndr` or `waybill/buywithprime`.
 *
 * @module
 */
export * from './amazonpay/index.ts';
export * from './buywithprime/index.ts';
export * from './shipping-ndr/index.ts';
