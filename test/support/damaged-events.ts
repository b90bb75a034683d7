/** Events that are damaged, and values that do harm when they are read. */
import fc from 'fast-check';

/** A value that no issue, hint or error may show. */
export const MARKER = 'must-not-be-shown';

/** What replaces a value. */
const wrong = fc.constantFrom<unknown>(undefined, null, true, 7, -1.5, '', MARKER, [MARKER], { [MARKER]: MARKER }, []);

/** Copies of good samples with one to three values replaced. */
export function damaged(payloads: readonly Readonly<Record<string, unknown>>[]): fc.Arbitrary<unknown> {
  return fc.constantFrom(...payloads).chain((payload) => {
    const paths = pathsOf(payload);
    const damage = fc.tuple(fc.constantFrom(...paths), wrong);
    return fc.array(damage, { minLength: 1, maxLength: 3 }).map((damages) => {
      const copy = structuredClone(payload) as Record<string, unknown>;
      for (const [path, value] of damages) replace(copy, path, structuredClone(value));
      return copy;
    });
  });
}

function pathsOf(value: unknown, at: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Object.entries(value).flatMap(([name, item]) => pathsOf(item, [...at, name]));
  return at.length > 0 ? [at, ...inner] : inner;
}

function replace(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const last = path.at(-1) as string;
  const parent = path.slice(0, -1).reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], root);
  if (typeof parent === 'object' && parent !== null) (parent as Record<string, unknown>)[last] = value;
}

/** Values that do harm when they are looked at. */
export const hostile: readonly (() => unknown)[] = [
  () => revoked({}),
  () => revoked([]),
  () => throwing('detail-type', {}),
  () => throwing('detail', { 'detail-type': 'NDR Events' }),
  () => throwing('resources', { eventDescriptor: 'X' }),
  () => throwing('Records', {}),
  () => throwing('then', {}),
  () => circular({ 'detail-type': 'X' }, 'detail'),
  () => circular([], 0),
  () => JSON.parse('{"__proto__":{"detail-type":"NDR Events"},"constructor":1}'),
  () => JSON.parse('{"detail-type":"NDR Events","detail":{"__proto__":{"trackingId":"1"}}}'),
  () => Object.create({ 'detail-type': 'NDR Events', detail: { trackingId: '1' } }),
  () => 10n,
  () => Symbol('x'),
  () => () => undefined,
];

function throwing(name: string, others: object): object {
  const get = (): never => {
    throw new Error(MARKER);
  };
  return Object.defineProperty({ ...others }, name, { get, enumerable: true });
}

function circular<Value extends object>(value: Value, name: PropertyKey): Value {
  return Object.assign(value, { [name]: value });
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}
