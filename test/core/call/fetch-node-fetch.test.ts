import crossFetch from 'cross-fetch';
import nodeFetch from 'node-fetch';
import type { Fetch } from '../../../src/core/types.ts';
import { describeFetches } from '../../support/core/fetch-contract.ts';

// It has no types of its own.
const { default: nodeFetch2 } = (await import('node-fetch-2' as string)) as { readonly default: Fetch };

describeFetches({ 'node-fetch 3': nodeFetch, 'node-fetch 2': nodeFetch2, 'cross-fetch': crossFetch });
