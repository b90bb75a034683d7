/**
 * SP-API's `submitNdrFeedback` (Amazon Shipping v2): what Amazon's published model and pages say about requests and responses, in our words,
 * and a check of a request against it. It shares nothing with the client.
 */

/** The part of JSON Schema that is needed. */
interface Schema {
  readonly type: 'object' | 'string';
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly string[];
  readonly maxLength?: number;
  readonly format?: 'date-time';
}

export const METHOD = 'POST';
export const PATH = '/shipping/v2/ndrFeedback';
export const BUSINESS_IDS = ['US', 'IN', 'UK', 'UAE', 'SA', 'EG', 'IT', 'ES', 'FR', 'JP'].map((id) => `AmazonShipping_${id}`);

/** Scheme and host by region; the sandbox's have `sandbox.` in front. */
export const HOSTS = {
  na: 'sellingpartnerapi-na.amazon.com',
  eu: 'sellingpartnerapi-eu.amazon.com',
  fe: 'sellingpartnerapi-fe.amazon.com',
} as const;

const BODY: Schema = {
  type: 'object',
  required: ['trackingId', 'ndrAction'],
  properties: {
    trackingId: { type: 'string' },
    ndrAction: { type: 'string', enum: ['RESCHEDULE', 'REATTEMPT', 'RTO'] },
    ndrRequestData: {
      type: 'object',
      properties: {
        rescheduleDate: { type: 'string', format: 'date-time' },
        additionalAddressNotes: { type: 'string', maxLength: 256 },
      },
    },
  },
};

/** Only descriptions say so, no schema: what each action needs beside its name. Both fields at once are not forbidden, but RTO has none. */
const DATA_OF: Readonly<Record<string, readonly string[]>> = {
  RESCHEDULE: ['rescheduleDate'],
  REATTEMPT: ['additionalAddressNotes'],
  RTO: [],
};

/** Documented responses beside 204, which has no body. `later`: whether the same request can succeed another time. */
export const FAILURES = [
  { status: 400, code: 'InvalidRequest', message: 'Request is missing or has invalid parameters', later: false },
  { status: 401, code: 'Unauthorized', message: 'The request has no valid access token.', later: false },
  { status: 403, code: 'Unauthorized', message: 'Access to requested resource is denied.', later: false },
  { status: 404, code: 'NotFound', message: 'There is no such resource.', later: false },
  { status: 413, code: 'InvalidRequest', message: 'The request is too large.', later: false },
  { status: 415, code: 'InvalidRequest', message: 'The format is not supported.', later: false },
  { status: 429, code: 'TooManyRequests', message: 'There were too many requests.', later: true },
  // Not in the model: what the gateway sends.
  { status: 429, code: 'QuotaExceeded', message: 'The quota is used up.', later: true },
  { status: 500, code: 'InternalError', message: 'Something unexpected happened.', later: true },
  { status: 503, code: 'ServiceUnavailable', message: 'Overload or maintenance.', later: true },
] as const;

/** A request as it arrived; names of headers in lower case. */
interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** Everything that violates the contract; empty if the request conforms. */
export function violations({ method, path, headers, body }: Arrived): string[] {
  const found: string[] = [];
  const demand = (holds: boolean, what: string): void => {
    if (!holds) found.push(what);
  };
  demand(method === METHOD && path === PATH, `${METHOD} ${PATH}`);
  demand(headers['content-type'] === 'application/json', 'content-type');
  demand(/^\S+$/.test(String(headers['x-amz-access-token'] ?? '')), 'x-amz-access-token');
  demand(BUSINESS_IDS.includes(String(headers['x-amzn-shipping-business-id'])), 'x-amzn-shipping-business-id');
  demand(headers['authorization'] === undefined, 'no authorization: it would be that of SigV4');
  demand(readUserAgent(String(headers['user-agent'] ?? ''))?.attributes['Language'] !== undefined, 'user-agent');
  const value = parse(body);
  found.push(...schemaViolations(BODY, value, 'body'));
  if (found.length > 0) return found;

  const { ndrAction, ndrRequestData = {} } = value as { ndrAction: string; ndrRequestData?: Record<string, string> };
  const given = Object.keys(ndrRequestData);
  const needed = DATA_OF[ndrAction] ?? [];
  const isRight = needed.every((name) => given.includes(name)) && (needed.length > 0 || given.length === 0);
  demand(isRight, `the data of ${ndrAction}`);
  demand(
    Object.values(ndrRequestData).every((text) => text !== ''),
    'data that is not empty',
  );
  return found;
}

function* schemaViolations(schema: Schema, value: unknown, path: string): Generator<string> {
  if (schema.type === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return yield `${path}: object`;
    for (const name of schema.required ?? []) if (!Object.hasOwn(value, name)) yield `${path}.${name}: required`;
    for (const [name, item] of Object.entries(value)) {
      const property = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : undefined;
      // Others are not forbidden, and nothing that Amazon would read.
      if (property) yield* schemaViolations(property, item, `${path}.${name}`);
      else yield `${path}.${name}: not in the model`;
    }
    return;
  }
  if (typeof value !== 'string') return yield `${path}: string`;
  if (schema.enum && !schema.enum.includes(value)) yield `${path}: one of ${schema.enum}`;
  // As JSON Schema counts: code points.
  if (schema.maxLength !== undefined && [...value].length > schema.maxLength) yield `${path}: maxLength`;
  if (schema.format && !isDateTime(value)) yield `${path}: ${schema.format}`;
}

/** RFC 3339, and in UTC: calls of this family have refused other offsets. */
function isDateTime(text: string): boolean {
  const parts = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?Z$/.exec(text);
  return parts !== null && new Date(`${parts[1]}T00:00:00Z`).toISOString().startsWith(String(parts[1]));
}

/** `AppName/Version (Name=Value; Name=Value)`, with a backslash before each character that would end a part too early. */
export function readUserAgent(
  text: string,
): { readonly name: string; readonly version: string; readonly attributes: Readonly<Record<string, string>> } | undefined {
  const parts = /^((?:[^\\/]|\\.)+)\/((?:[^\\(]|\\.)+) \(((?:[^\\)]|\\.)+)\)$/.exec(text);
  if (!parts || text.length > 500) return undefined;
  const plain = (part = ''): string => part.replace(/\\(.)/g, '$1');
  const attributes: Record<string, string> = {};
  for (const [, name, value] of (parts[3] ?? '').matchAll(/ *((?:[^\\=;]|\\.)+)=((?:[^\\;]|\\.)*)(?:;|$)/g)) {
    attributes[plain(name)] = plain(value);
  }
  return { name: plain(parts[1]), version: plain(parts[2]), attributes };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
