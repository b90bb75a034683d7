/** This surface, in errors and hooks. */
export const SURFACE = 'amazonpay';
