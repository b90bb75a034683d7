import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as graphql from 'graphql';
import { schemaOfVersion } from '../../../src/testing/emulator/buywithprime/buywithprime-schema.ts';

/** Our schema as one API version has it. */
export function schemaOf(apiVersion: string): graphql.GraphQLSchema {
  return schemaOfVersion(graphql, apiVersion);
}

/** A request as it arrived. */
export interface Seen {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Replaces a response; `undefined` leaves it to the server. */
export type Fault = (response: ServerResponse, seen: Seen) => unknown;

/** An error with Amazon's classification, as the pages show it. */
export function classified(type: string, code?: string, path: readonly unknown[] = ['order']): object {
  return { message: `no luck: ${type}`, locations: [{ line: 2, column: 3 }], path, extensions: { classification: { type, code } } };
}

/** Responds with JSON. */
export function json(response: ServerResponse, body: unknown, status = 200): true {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': 'request-1' }).end(JSON.stringify(body));
  return true;
}

/**
 * Amazon's side on loopback: issues tokens, checks them, and executes documents with graphql-js on the schema of the version that the request
 * names. Orders are returned as they are, also malformed ones. `faults` are used up first, one a request, `null` for none.
 */
export async function serve(orders: Readonly<Record<string, unknown>>) {
  const seen: Seen[] = [];
  const faults: { token: (Fault | null)[]; graphql: (Fault | null)[] } = { token: [], graphql: [] };
  const valid = new Set<string>();
  let tokens = 0;

  const order = ({ orderIdentifier }: { orderIdentifier: Record<string, unknown> }): unknown => {
    const { orderId, alias, orderAlias } = orderIdentifier as Record<string, { aliasId: string } | undefined>;
    const id = String(orderId ?? (alias ?? orderAlias)?.aliasId);
    return Object.hasOwn(orders, id) ? orders[id] : null;
  };

  const respond = async (request: Seen, response: ServerResponse): Promise<unknown> => {
    const fault = faults[request.path === '/token' ? 'token' : 'graphql'].shift();
    if (fault) return fault(response, request);
    if (request.path === '/token') {
      const form = new URLSearchParams(request.body);
      if (form.get('grant_type') !== 'client_credentials' || form.get('client_secret') !== 'secret-k4711') {
        return json(response, { error: 'invalid_client', error_description: 'client_secret=secret-k4711 is unknown' }, 401);
      }
      tokens += 1;
      valid.add(`token-${tokens}`);
      return json(response, { access_token: `token-${tokens}`, token_type: 'bearer', expires_in: 900 });
    }
    if (!valid.has(String(request.headers.authorization).replace('Bearer ', ''))) {
      return json(response, { errors: [classified('AccessDeniedError')], data: { order: null } });
    }
    const { query, variables } = JSON.parse(request.body);
    const schema = schemaOf(String(request.headers['x-api-version']));
    return json(response, await graphql.graphql({ schema, source: query, variableValues: variables, rootValue: { order } }));
  };

  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const entry = { path: String(request.url), headers: request.headers, body };
    seen.push(entry);
    await respond(entry, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    faults,
    /** Makes every token that was issued unknown. */
    revoke: () => valid.clear(),
    tokens: () => tokens,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
