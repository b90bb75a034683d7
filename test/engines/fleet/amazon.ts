/** Amazon's token endpoint and NDR feedback, in a process of its own: it counts arrivals, so nothing else may hold it up. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeHandler } from '../../../src/adapters/node.ts';
import { AmazonEmulator, type EmulatorCredentials, type QuotaLimit } from '../../../src/testing/index.ts';

/** When it listens. */
export interface AmazonAddress {
  readonly port: number;
  readonly credentials: EmulatorCredentials['lwa'];
}

/** What arrived, when it is asked. */
export interface AmazonReport {
  readonly feedback: number;
  /** Beyond the quota. */
  readonly refused: number;
  /** The most that arrived within any second. */
  readonly peak: number;
  readonly tokens: number;
}

process.on('disconnect', () => process.exit());
const quota = JSON.parse(process.argv[2] as string) as QuotaLimit;
const amazon = new AmazonEmulator({ quota: { ndrFeedback: quota } });
const arrivals: number[] = [];
let refused = 0;
let tokens = 0;
amazon.on('request', ({ url, status, at }) => {
  if (url.endsWith('/auth/o2/token')) {
    tokens += 1;
    return;
  }
  arrivals.push(at.getTime());
  if (status === 429) refused += 1;
});

const server = createServer(toNodeHandler((request) => amazon.fetch(request)));
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port, credentials: amazon.credentials.lwa } satisfies AmazonAddress);
});
process.on('message', () => {
  process.send?.({ feedback: arrivals.length - refused, refused, peak: peak(), tokens } satisfies AmazonReport);
});

function peak(): number {
  let most = 0;
  let from = 0;
  for (const [at, time] of arrivals.entries()) {
    while ((arrivals[from] as number) <= time - 1_000) from += 1;
    most = Math.max(most, at - from + 1);
  }
  return most;
}
