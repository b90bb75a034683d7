import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

/** The handlers are outside this folder. */
export default { outputFileTracingRoot: root, turbopack: { root } };
