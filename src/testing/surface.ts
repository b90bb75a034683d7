/** This part of the package, in errors. */
export const SURFACE = 'testing';
