/**
 * What is used of jose for tokens, in a module of its own that is loaded on first use: `import('jose')` itself would carry all of it.
 *
 * @module
 */
export { jwtVerify } from 'jose';
