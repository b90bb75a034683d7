/** The schema that the emulator executes has what Amazon's pages show, in each version what that version has. */
import * as graphql from 'graphql';
import { describe, expect, test } from 'vitest';
import { buyWithPrimeSchema } from '../../../src/testing/index.ts';
import { fixtureText } from '../../support/buywithprime/fixtures.ts';
import { DIFFERENCES, shapeOf } from '../../support/buywithprime/schema-shape.ts';
import { schemaOf } from '../../support/buywithprime/server.ts';

const VERSIONS = ['2024-01-01', '2024-04-01', '2024-11-01'] as const;
const documented = fixtureText('graphql-shape.txt').trim().split('\n');
const emulated = shapeOf(graphql.buildSchema(buyWithPrimeSchema));

test('has every documented name, but for differences that have a reason', () => {
  const missing = documented.filter((line) => !emulated.includes(line));
  const added = emulated.filter((line) => !documented.includes(line));
  expect(missing.sort()).toEqual(DIFFERENCES.flatMap((difference) => difference.documented).sort());
  expect(added.sort()).toEqual(DIFFERENCES.flatMap((difference) => difference.emulated).sort());
});

describe.each(VERSIONS)('in %s', (version) => {
  test('the schema is valid', () => {
    expect(graphql.validateSchema(schemaOf(version))).toEqual([]);
  });

  test('the schema is built once, however many emulators there are', () => {
    expect(schemaOf(version)).toBe(schemaOf(version));
  });

  test('nothing exists that the whole does not have', () => {
    // Optional in some versions, required in the whole.
    const optional = shapeOf(schemaOf(version)).filter(
      (line) => !emulated.includes(line) && !/^Query\.order\(|^Mutation\.updateOrder\(/.test(line),
    );
    expect(optional.filter((line) => !line.startsWith('enum RefundStateInput'))).toEqual([]);
  });

  test('the placeholder of an unknown type cannot be selected', async () => {
    const types = Object.values(schemaOf(version).getTypeMap()).filter(graphql.isObjectType);
    const stubs = types.filter((type) => '_unknown' in type.getFields());
    expect(stubs.length).toBeGreaterThan(5);
  });
});

/** Names that only some versions have, by the pages. */
const ONLY: readonly (readonly [name: string, versions: string])[] = [
  ['Query.packageTracker', '11'],
  ['Query.product', '04 11'],
  ['Query.inventoryItem', '01 04 11'],
  ['Order.packageInformation', '11'],
  ['LineItem.amount', '01 04 11'],
  ['LineItem.quantity', '01'],
  ['LineItem.lineItemAliases', '01'],
  ['LineItem.deliveryInformation', '01 04'],
  ['LineItem.packageInformation', '11'],
  ['LineItem.product', '04 11'],
  ['LineItem.purchasedItem', '01'],
  ['LineItem.reversalOffers', '11'],
  ['RefundDetails.aliases', '01 04 11'],
  ['RefundDetails.refundRequestReason', '11'],
  ['RefundDetails.refundStatusReason', '11'],
  ['RefundedOrderLineItem.amount', '04 11'],
  ['RefundedOrderLineItem.refundedQuantity', '01'],
  ['ReturnDetails.aliases', '04 11'],
  ['ReturnDetails.returnFor', '01'],
  ['ReturnDetails.returnLineItems', '04 11'],
  ['ReturnDetails.returnPackageDetails', '11'],
  ['ReturnDetails.returnDeliveryDetails', '04 11'],
  ['ReturnFor.orderLineItemAmounts', '04 11'],
  ['Mutation.updateOrderDeliveryInformation', '01'],
  ['Mutation.updateOrderPackageInformation', '11'],
  ['Mutation.createAuthProfile', '01 04 11'],
  ['Mutation.updateAuthProfile', '01 04 11'],
  ['Mutation.updateOrder', '01 04 11'],
  ['UpdateOrderResponse.order', '04 11'],
  ['UpdateOrderResponse.id', '01'],
  ['OrderIdentifierInput.alias', '04 11'],
  ['OrderIdentifierInput.orderAlias', '01'],
  ['UpdateOrderInput.orderId', '01 04'],
  ['RefundDetailsInput.refundRequestReason', '11'],
  ['RefundDetailsInput.refundStatusReason', '11'],
  ['RefundedOrderLineItemInput.refundedQuantity', '01 04'],
];

test.each(ONLY)('%s exists in %s', (name, versions) => {
  const [typeName = '', field = ''] = name.split('.');
  const present = VERSIONS.filter((version) => {
    const type = schemaOf(version).getType(typeName);
    return (graphql.isObjectType(type) || graphql.isInputObjectType(type)) && field in type.getFields();
  });
  expect(present.map((version) => version.slice(5, 7)).join(' ')).toBe(versions);
});

test.each([
  ['2024-01-01', 'order(orderId: String, orderIdentifier: OrderIdentifierInput)', 'updateOrder(input: UpdateOrderInput!)'],
  ['2024-04-01', 'order(orderIdentifier: OrderIdentifierInput)', 'updateOrder(input: UpdateOrderInput!)'],
  [
    '2024-11-01',
    'order(orderIdentifier: OrderIdentifierInput!)',
    'updateOrder(orderIdentifier: OrderIdentifierInput!, input: UpdateOrderInput!)',
  ],
])('the signatures of %s are the documented ones', (version, order, updateOrder) => {
  const shape = shapeOf(schemaOf(version));
  expect(shape).toContain(`Query.${order}: Order`);
  expect(shape).toContain(`Mutation.${updateOrder}: UpdateOrderResponse`);
  expect(shape.some((line) => line.startsWith('enum RefundStateInput') && line.includes('REJECTED'))).toBe(version === '2024-11-01');
});
