/** The part of jose that verifies tokens. This module is loaded on first use: `import('jose')` itself would load all of jose. */
export { decodeProtectedHeader, jwtVerify } from 'jose';
