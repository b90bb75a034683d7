/**
 * What is used of jose, in a module of its own that is loaded on first use: `import('jose')` itself would carry all of it.
 *
 * @module
 */
export { createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
