import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import type { BuyWithPrimeClient, BuyWithPrimeEventOf } from '../../../src/buywithprime/index.ts';
import { failure, serveEmulator } from '../../support/buywithprime/emulated.ts';
import { classified, json } from '../../support/buywithprime/server.ts';

let server: Awaited<ReturnType<typeof serveEmulator>>;
beforeEach(async () => {
  server = await serveEmulator();
});
afterEach(() => server.close());

describe('inventoryItem', () => {
  test.each(['2024-01-01', '2024-04-01', '2024-11-01'])('returns how many can be bought, in %s', async (apiVersion) => {
    server.emulator.inventory.set('i', { amazonSku: 'MSKU-1', buyableQuantity: 7 });
    const client = server.client({ apiVersion });
    const item = { inventoryItemId: 'i', buyableQuantity: { unit: 'UNIT', amount: 7 } };
    expect(await client.inventoryItem('i')).toEqual(item);
    expect(await client.inventoryItem({ itemId: 'i' })).toEqual(item);
    expect(await client.inventoryItem('unknown')).toBeUndefined();
  });

  test.each<[string, object, string]>([
    ['MissingAmazonSkuConfiguration', {}, 'it has none'],
    ['InvalidAmazonSkuConfiguration', { amazonSku: 'MSKU-1', hasInvalidSku: true }, 'it is not valid'],
  ])('keeps the rest of the data beside %s, and says what to do', async (errorCode, item, words) => {
    server.emulator.inventory.set('i', item);
    expect(await failure(() => server.client().inventoryItem('i'))).toMatchObject({
      code: 'GRAPHQL',
      retryable: false,
      errors: [{ type: 'ValidationError', errorCode, message: expect.stringContaining('MSKU') }],
      data: { inventoryItem: { inventoryItemId: 'i', buyableQuantity: null } },
      hint: expect.stringContaining(words),
    });
  });

  test('reads the name of another copy of the changelog by your own document', async () => {
    const inventoryItem =
      'query ($inventoryItemId: String!) { inventoryItem(inventoryItemId: $inventoryItemId) { fulfillableQuantity { amount } } }';
    server.faults.push((response) => json(response, { data: { inventoryItem: { fulfillableQuantity: { amount: 3 } } } }));
    const item = await server.client({ documents: { inventoryItem } }).inventoryItem('i');
    expect(item).toEqual({ fulfillableQuantity: { amount: 3 } });
    expectTypeOf(item?.['fulfillableQuantity']).toBeUnknown();
  });

  test('leaves the length of an id to Amazon, which documents 14 characters for older versions only', async () => {
    expect(await failure(() => server.client().inventoryItem('x'.repeat(15)))).toMatchObject({ code: 'GRAPHQL' });
    expect(server.sent).toHaveLength(1);
  });

  test.each<[unknown]>([[undefined], [{}], [{ itemId: 7 }], [''], [null], [7]])('refuses %j, and nothing is sent', async (bad) => {
    expect(await failure(() => server.client().inventoryItem(bad as never))).toMatchObject({ code: 'VALIDATION', direction: 'request' });
    expect(server.sent).toEqual([]);
  });

  test.each<[unknown]>([[[]], ['x'], [{ buyableQuantity: 7 }]])('refuses the response %j', async (inventoryItem) => {
    server.faults.push((response) => json(response, { data: { inventoryItem } }));
    const error = await failure(() => server.client().inventoryItem('i'));
    expect(error).toMatchObject({ code: 'VALIDATION', direction: 'response' });
    expect(error.message).toMatch(/^inventoryItem/);
  });

  test('accepts events of its kind, and no others', () => {
    type Input = Parameters<BuyWithPrimeClient['inventoryItem']>[0];
    expectTypeOf<BuyWithPrimeEventOf<'INVENTORY_CHANGED'>>().toExtend<Input>();
    expectTypeOf<BuyWithPrimeEventOf<'REFUND_REQUESTED'>>().not.toExtend<Input>();
  });
});

describe('product', () => {
  const product = {
    sku: 'SKU-1',
    externalId: 'shop-1',
    buyability: 'BUYABLE',
    offerPrime: true,
    productDetailPageUrl: 'https://shop.example/1',
  } as const;
  beforeEach(() => {
    server.emulator.inventory.set('product-1', { amazonSku: 'MSKU-1', product });
    server.emulator.inventory.set('another', { product: { sku: 'SKU-2' } });
  });

  test.each([{ sku: 'SKU-1' }, { externalId: 'shop-1' }, { amazonSku: { value: 'MSKU-1' } }])('is found by %j', async (identifier) => {
    const expected = {
      id: 'product-1',
      sku: { value: 'SKU-1' },
      externalId: { value: 'shop-1' },
      amazonSku: { value: 'MSKU-1' },
      offerPrime: true,
      productDetailPageUrl: 'https://shop.example/1',
      buyability: { status: 'BUYABLE' },
    };
    expect(await server.client().product(identifier)).toEqual(expected);
    expect(await server.client({ apiVersion: '2024-04-01' }).product(identifier)).toEqual(expected);
    expect(server.sent[0]?.variables).toEqual({ identifier });
  });

  test('goes from what a newer BUYABILITY_CHANGED event says', async () => {
    const data: BuyWithPrimeEventOf<'BUYABILITY_CHANGED'>['data'] = { product: { id: 'product-1', sku: { value: 'SKU-1' } } };
    const sku = data?.product?.sku?.value;
    expect(sku && (await server.client().product({ sku }))).toMatchObject({ buyability: { status: 'BUYABLE' } });
  });

  test('is undefined if it is unknown', async () => {
    expect(await server.client().product({ sku: 'unknown' })).toBeUndefined();
    server.faults.push((response) => json(response, { data: { product: null } }));
    expect(await server.client().product({ sku: 'SKU-1' })).toBeUndefined();
  });

  test('needs a version that has it', async () => {
    expect(await failure(() => server.client({ apiVersion: '2024-01-01' }).product({ sku: 'SKU-1' }))).toMatchObject({
      code: 'CONFIGURATION',
      option: 'apiVersion',
      message: expect.stringContaining('2024-04-01'),
    });
    expect(server.sent).toEqual([]);
  });

  test.each<[unknown, string]>([
    [undefined, 'identifier: expected object, got nothing'],
    [{}, 'identifier: expected { sku }, { externalId } or { amazonSku: { value } }'],
    ['SKU-1', 'identifier: expected object, got string'],
    [{ sku: '' }, 'identifier.sku: must not be empty'],
    [{ sku: 7 }, 'identifier.sku: expected string, got number'],
    [{ sku: 'a', externalId: 'b' }, 'identifier: expected { sku }'],
    [{ amazonSku: 'MSKU-1' }, 'identifier.amazonSku: expected object, got string'],
    [{ amazonSku: { value: 'MSKU-1', extra: 1 } }, 'identifier.amazonSku: unknown properties: extra'],
    [{ itemId: 'product-1' }, 'identifier: unknown properties: itemId'],
  ])('refuses %j with its path, and nothing is sent', async (bad, message) => {
    const error = await failure(() => server.client().product(bad as never));
    expect(error).toMatchObject({
      code: 'VALIDATION',
      direction: 'request',
      message: expect.stringContaining(message),
      hint: expect.stringContaining('data.product'),
    });
    expect(server.sent).toEqual([]);
  });

  test('names the permission if access is denied', async () => {
    const denied = { errors: [classified('AccessDeniedError', undefined, ['product'])], data: { product: null } };
    for (const _ of [1, 2]) server.faults.push((response) => json(response, denied));
    expect(await failure(() => server.client().product({ sku: 'SKU-1' }))).toMatchObject({
      hint: expect.stringContaining('View & Edit Catalog Data'),
    });
  });
});
