import { fetch as undici6 } from 'undici-6';
import { fetch as undici7 } from 'undici-7';
import type { Fetch } from '../../../src/core/types.ts';
import { describeFetches } from '../../support/core/fetch-contract.ts';

// It cannot be loaded before Node 22.
const undici8: Fetch | undefined = await import('undici-8').then(
  (undici) => undici.fetch,
  () => undefined,
);

// Assigned without a cast, here and in the other files: each has to fit the type.
describeFetches({ 'the platform': fetch, 'undici 6': undici6, 'undici 7': undici7, ...(undici8 && { 'undici 8': undici8 }) });
