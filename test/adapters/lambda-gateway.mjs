/**
 * What is between HTTP and a Lambda function, after AWS's pages: each converts a request to its kind of event, calls the function and
 * converts the result to a response. So the table for servers holds for Lambda too.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
 */
import { createServer } from 'node:http';

/**
 * @typedef {object} Incoming
 * @property {string} method
 * @property {string} path
 * @property {string} query as it was sent, without the question mark
 * @property {[name: string, value: string][]} headers as they were sent
 * @property {Buffer} body
 */

/** A string if the body is one, else base64: it depends on the gateway's settings, so both are tried. @param {Buffer} body */
const textOrBase64 = (body) => {
  const isBase64Encoded = !body.equals(Buffer.from(body.toString()));
  return { body: body.length > 0 ? body.toString(isBase64Encoded ? 'base64' : 'utf8') : null, isBase64Encoded };
};

/** @param {Incoming['headers']} pairs @param {(name: string) => string} [spell] */
const lists = (pairs, spell = (name) => name) => {
  /** @type {Record<string, string[]>} */
  const all = {};
  for (const [name, value] of pairs) {
    const key = spell(name);
    all[key] = [...(all[key] ?? []), value];
  }
  return all;
};

/** @param {Record<string, string[]>} all @param {(values: string[]) => string} one */
const single = (all, one) => Object.fromEntries(Object.entries(all).map(([name, values]) => [name, one(values)]));

const last = (values) => values.at(-1) ?? '';
const lower = (name) => name.toLowerCase();
/** @param {string} query */
const decoded = (query) => /** @type {[string, string][]} */ ([...new URLSearchParams(query)]);
/** @param {string} query */
const undecoded = (query) =>
  query
    .split('&')
    .filter(Boolean)
    .map((pair) => /** @type {[string, string]} */ (pair.split(/=(.*)/s).slice(0, 2)));
/** @param {Record<string, unknown>} values */
const orNull = (values) => (Object.keys(values).length > 0 ? values : null);

/** A REST API, and an HTTP API with format 1.0. @param {Incoming} request */
export function restEvent({ method, path, query, headers, body }) {
  const values = lists(headers);
  const parameters = lists(decoded(query));
  return {
    resource: '/{proxy+}',
    path,
    httpMethod: method,
    headers: single(values, last),
    multiValueHeaders: values,
    queryStringParameters: orNull(single(parameters, last)),
    multiValueQueryStringParameters: orNull(parameters),
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      accountId: '123456789012',
      apiId: '70ixmpl4fl',
      authorizer: null,
      domainName: '70ixmpl4fl.execute-api.us-east-2.amazonaws.com',
      domainPrefix: '70ixmpl4fl',
      extendedRequestId: 'JKJaXmPLvHcESHA=',
      httpMethod: method,
      identity: { sourceIp: '203.0.113.7', userAgent: 'Amazon/EventBridge/ApiDestinations' },
      path,
      protocol: 'HTTP/1.1',
      requestId: '66da07c1-xmpl-4cee-9e4c-0000EXAMPLE',
      requestTimeEpoch: 1_583_817_383_220,
      resourceId: '2gxmpl',
      resourcePath: '/{proxy+}',
      stage: 'prod',
    },
    ...textOrBase64(body),
  };
}

/** An HTTP API with format 2.0, and a function URL. @param {Incoming} request */
export function httpEvent({ method, path, query, headers, body }) {
  /** @param {[string, string]} pair */
  const isCookie = ([name]) => lower(name) === 'cookie';
  const cookies = headers.filter(isCookie).flatMap(([, value]) => value.split('; '));
  const { body: text, isBase64Encoded } = textOrBase64(body);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers: single(
      lists(
        headers.filter((pair) => !isCookie(pair)),
        lower,
      ),
      (values) => values.join(','),
    ),
    ...(query && { queryStringParameters: single(lists(decoded(query)), (values) => values.join(',')) }),
    requestContext: {
      accountId: '123456789012',
      apiId: 'r3pmxmplak',
      domainName: 'r3pmxmplak.execute-api.us-east-2.amazonaws.com',
      domainPrefix: 'r3pmxmplak',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'Amazon/EventBridge/ApiDestinations' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '10/Mar/2020:05:16:23 +0000',
      timeEpoch: 1_583_817_383_220,
    },
    ...(text !== null && { body: text }),
    isBase64Encoded,
  };
}

/** A load balancer. @param {Incoming} request @param {{ multiValue: boolean }} targetGroup */
export function balancerEvent({ method, path, query, headers, body }, { multiValue }) {
  const values = lists(headers, lower);
  const parameters = lists(undecoded(query));
  const elb = { targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/lambda/6d0ecf831eec9f09' };
  const { body: text, isBase64Encoded } = textOrBase64(body);
  return {
    requestContext: { elb },
    httpMethod: method,
    path,
    ...(multiValue
      ? { multiValueHeaders: values, multiValueQueryStringParameters: parameters }
      : { headers: single(values, last), queryStringParameters: single(parameters, last) }),
    body: text ?? '',
    isBase64Encoded,
  };
}

/**
 * VPC Lattice, version 2.
 *
 * @see https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
 * @param {Incoming} request
 */
export function latticeEvent({ method, path, query, headers, body }) {
  const { body: text, isBase64Encoded } = textOrBase64(body);
  return {
    version: '2.0',
    path: query ? `${path}?${query}` : path,
    method,
    headers: lists(headers, lower),
    ...(query && { queryStringParameters: lists(decoded(query)) }),
    ...(text !== null && { body: text }),
    isBase64Encoded,
    requestContext: {
      serviceNetworkArn: 'arn:aws:vpc-lattice:us-east-2:123456789012:servicenetwork/sn-0bf3f2882e9cc805a',
      serviceArn: 'arn:aws:vpc-lattice:us-east-2:123456789012:service/svc-0a40eebed65f8d69c',
      targetGroupArn: 'arn:aws:vpc-lattice:us-east-2:123456789012:targetgroup/tg-6d0ecf831eec9f09',
      identity: { sourceVpcArn: 'arn:aws:ec2:us-east-2:123456789012:vpc/vpc-0b8276c84697e7339' },
      region: 'us-east-2',
      timeEpoch: '1690497599177430',
    },
  };
}

/** VPC Lattice, version 1. @param {Incoming} request */
export function oldLatticeEvent({ method, path, query, headers, body }) {
  const { body: text, isBase64Encoded } = textOrBase64(body);
  return {
    raw_path: query ? `${path}?${query}` : path,
    method,
    headers: single(lists(headers, lower), (values) => values.join(',')),
    query_string_parameters: single(lists(decoded(query)), last),
    body: text ?? '',
    is_base64_encoded: isBase64Encoded,
  };
}

/**
 * @typedef {object} Result
 * @property {number} statusCode
 * @property {string} [body]
 * @property {boolean} [isBase64Encoded]
 * @property {Record<string, string>} [headers]
 * @property {Record<string, string[]>} [multiValueHeaders]
 * @property {string[]} [cookies]
 */

/** Which headers of a result each of them uses. @type {Record<string, (result: Result) => [string, string | string[]][]>} */
const HEADERS = {
  rest: ({ headers = {}, multiValueHeaders = {} }) => Object.entries({ ...headers, ...multiValueHeaders }),
  http: ({ headers = {}, cookies = [] }) => [...Object.entries(headers), ['set-cookie', cookies]],
  balancer: ({ headers = {} }) => Object.entries(headers),
  multiValueBalancer: ({ multiValueHeaders = {} }) => Object.entries(multiValueHeaders),
};

/** @type {Record<string, (request: Incoming) => object>} */
const EVENTS = {
  rest: restEvent,
  http: httpEvent,
  balancer: (request) => balancerEvent(request, { multiValue: false }),
  multiValueBalancer: (request) => balancerEvent(request, { multiValue: true }),
};

/**
 * A server that passes each request to a function as the gateway of that kind does.
 *
 * @param {'rest' | 'http' | 'balancer' | 'multiValueBalancer'} kind
 * @param {(path: string) => (event: any) => Promise<Result>} functionOf
 */
export function createGateway(kind, functionOf) {
  return createServer(async (incoming, outgoing) => {
    const parts = [];
    try {
      for await (const part of incoming) parts.push(part);
    } catch {
      return;
    }
    const { method = '', url = '', rawHeaders } = incoming;
    const [path = '', query = ''] = url.split('?');
    const headers = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [/** @type {[string, string]} */ ([name, rawHeaders[at + 1]])] : []));
    try {
      // Over the wire it is JSON.
      const event = JSON.parse(JSON.stringify(EVENTS[kind]?.({ method, path, query, headers, body: Buffer.concat(parts) })));
      const result = JSON.parse(JSON.stringify(await functionOf(path)(event)));
      const { statusCode, body = '', isBase64Encoded = false } = result;
      outgoing.statusCode = statusCode;
      for (const [name, value] of HEADERS[kind]?.(result) ?? []) outgoing.setHeader(name, value);
      outgoing.end(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'));
    } catch {
      outgoing.writeHead(502).end();
    }
  });
}
