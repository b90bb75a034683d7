import * as graphql from 'graphql';

/** Every type, field, argument and enum value of a schema, one a line. */
export function shapeOf(schema: graphql.GraphQLSchema): readonly string[] {
  return Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap(linesOf)
    .sort();
}

function linesOf(type: graphql.GraphQLNamedType): readonly string[] {
  if (graphql.isScalarType(type)) return graphql.isSpecifiedScalarType(type) ? [] : [`scalar ${type.name}`];
  if (graphql.isEnumType(type))
    return [
      `enum ${type.name}: ${type
        .getValues()
        .map(({ name }) => name)
        .sort()
        .join(' ')}`,
    ];
  if (graphql.isUnionType(type))
    return [
      `union ${type.name}: ${type
        .getTypes()
        .map(({ name }) => name)
        .sort()
        .join(' ')}`,
    ];
  if (graphql.isInputObjectType(type))
    return Object.values(type.getFields()).map(({ name, type: of }) => `input ${type.name}.${name}: ${of}`);
  return Object.values(type.getFields()).map(({ name, args, type: of }) => {
    const parameters = args.map((argument) => `${argument.name}: ${argument.type}`).join(', ');
    return `${type.name}.${name}${parameters && `(${parameters})`}: ${of}`;
  });
}

/** What the emulated schema has in another way than Amazon's pages, as they were written down, with the reason. */
export const DIFFERENCES: readonly {
  readonly reason: string;
  readonly documented: readonly string[];
  readonly emulated: readonly string[];
}[] = [
  {
    reason: '2024-01-01 also accepts the bare id; the identifier is optional before 2024-11-01 (the directive @optional says so)',
    documented: ['Query.order(orderIdentifier: OrderIdentifierInput!): Order'],
    emulated: ['Query.order(orderId: String, orderIdentifier: OrderIdentifierInput!): Order'],
  },
  {
    reason: 'orderIdentifier exists in 2024-11-01 only, and is required there (the directive @only says so)',
    documented: ['Mutation.updateOrder(orderIdentifier: OrderIdentifierInput, input: UpdateOrderInput!): UpdateOrderResponse'],
    emulated: ['Mutation.updateOrder(orderIdentifier: OrderIdentifierInput!, input: UpdateOrderInput!): UpdateOrderResponse'],
  },
  {
    reason: 'a name of the Returns interface: no page shows it in the order query',
    documented: ['ReturnDetails.expiresAt: String'],
    emulated: [],
  },
  {
    reason: 'a note says that 2024-01-01 has it beside aliases',
    documented: [],
    emulated: ['Order.orderAliases: [Alias]'],
  },
  {
    reason: 'the placeholder of 2024-01-01, where the fields of the type are not documented',
    documented: [],
    emulated: ['ReturnFor._unknown: String'],
  },
  {
    reason: 'the fields of the inputs of the sandbox are not documented, and packages are to be moved all the same: any are accepted',
    documented: ['input UpdateOrderDeliveryInformationInput._unknown: String', 'input UpdateOrderPackageInformationInput._unknown: String'],
    emulated: ['scalar UpdateOrderDeliveryInformationInput', 'scalar UpdateOrderPackageInformationInput'],
  },
];
