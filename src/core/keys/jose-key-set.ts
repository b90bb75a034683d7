/** What is used of jose for key sets, in a module that is loaded on first use: `import('jose')` itself would load all of it. */
export { createLocalJWKSet } from 'jose';
