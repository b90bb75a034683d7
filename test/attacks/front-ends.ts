/** Every way in, with one interface: a request with its headers in order, a status back. */
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type LambdaHttpEvent, toLambdaHandler } from '../../src/adapters/lambda.ts';
import { toNodeHandler } from '../../src/adapters/node.ts';
import { balancerEvent, httpEvent, latticeEvent, oldLatticeEvent, restEvent } from '../adapters/lambda-gateway.mjs';

type Handler = (request: Request) => Promise<Response>;
export type Pairs = readonly (readonly [name: string, value: string])[];

export interface Sent {
  readonly method?: string;
  readonly query?: string;
  readonly headers: Pairs;
  readonly body: string | Buffer;
}

export interface FrontEnd {
  readonly name: string;
  /** It passes on only the last of several headers of one name. */
  readonly losesDoubles?: true;
  readonly open: (handler: Handler) => Promise<(sent: Sent) => Promise<number>>;
}

const lambda = (name: string, toEvent: (request: never) => unknown, limits: Pick<FrontEnd, 'losesDoubles'> = {}): FrontEnd => ({
  name,
  ...limits,
  open: async (handler) => {
    const invoke = toLambdaHandler(handler);
    return async ({ method = 'POST', query = '', headers, body }) => {
      const incoming = { method, path: '/hook', query, headers: headers.map((pair) => [...pair]), body: Buffer.from(body) };
      return (await invoke(toEvent(incoming as never) as LambdaHttpEvent)).statusCode;
    };
  },
});

export const frontEnds: readonly FrontEnd[] = [
  {
    name: 'a fetch-style platform',
    open:
      async (handler) =>
      async ({ method = 'POST', query = '', headers, body }) => {
        const all = new Headers();
        for (const [name, value] of headers) all.append(name, value);
        const init = { method, headers: all, ...(method !== 'GET' && { body: new Uint8Array(Buffer.from(body)) }) };
        return (await handler(new Request(`https://shop.example/hook?${query}`, init))).status;
      },
  },
  {
    name: "Node's http",
    open: async (handler) => {
      const server = createServer(toNodeHandler(handler)).listen(0, '127.0.0.1');
      await once(server, 'listening');
      onTestFinished(() => void server.close().closeAllConnections());
      const { port } = server.address() as AddressInfo;
      return async ({ method = 'POST', query = '', headers, body }) => {
        const length = ['content-length', String(Buffer.byteLength(body))] as const;
        const raw = [['host', 'shop.example'], ...headers, length].flat();
        const outgoing = httpRequest({ port, host: '127.0.0.1', path: `/hook?${query}`, method, headers: raw as never, agent: false });
        outgoing.end(body);
        const [incoming] = await once(outgoing, 'response');
        incoming.resume();
        return incoming.statusCode as number;
      };
    },
  },
  lambda('a REST API', restEvent),
  lambda('an HTTP API or function URL', httpEvent),
  lambda('a load balancer', (request) => balancerEvent(request, { multiValue: false }), { losesDoubles: true }),
  lambda('a load balancer with multi-value headers', (request) => balancerEvent(request, { multiValue: true })),
  lambda('VPC Lattice', latticeEvent),
  lambda('VPC Lattice, version 1', oldLatticeEvent),
];
