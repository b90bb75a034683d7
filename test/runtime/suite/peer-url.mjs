/** Where the suite's own server listens. `run.mjs` writes this file anew for each run. */
export const PEER_URL = 'http://127.0.0.1:9';
