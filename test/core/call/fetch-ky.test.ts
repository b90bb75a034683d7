import ky from 'ky';
import ky1 from 'ky-1';
import { describeFetches } from '../../support/core/fetch-contract.ts';

describeFetches({
  'ky 2': ky,
  'ky 2, extended': ky.extend({ retry: 0, timeout: false }),
  'ky 1': ky1,
  'ky 1, extended': ky1.extend({ retry: 0, throwHttpErrors: false }),
});
