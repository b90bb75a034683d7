/**
 * What is used of jose for key sets, in a module of its own that is loaded on first use: `import('jose')` itself would carry all of it.
 *
 * @module
 */
export { createLocalJWKSet } from 'jose';
