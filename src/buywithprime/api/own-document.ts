/**
 * Documents of the caller's own.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/call-the-buy-with-prime-api | Call the API}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/inventory_changed | INVENTORY_CHANGED}
 */
import { type CallOptions, misconfigured } from '../../core/options.ts';
import { ObjectSchema, parseAnswer } from './answer.ts';
import type { BuyWithPrimeApi } from './client-options.ts';
import { readJsonInput, requireText, requireTexts } from './input.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** Sends a document. What has the word `mutation` in it counts as one, so that nothing is done twice. */
export async function execute({ send }: BuyWithPrimeApi, document: string, variables: JsonObject, call?: CallOptions): Promise<JsonObject> {
  requireText('document', document);
  const { value, texts } = readJsonInput('variables', variables);
  return send({ document, variables: value, mutates: /\bmutation\b/.test(document), hide: texts, read: (data) => data }, call);
}

/** Sends the query of `documents.inventoryItem`. */
export async function queryInventoryItem(
  { documents, find }: BuyWithPrimeApi,
  item: unknown,
  call?: CallOptions,
): Promise<JsonObject | undefined> {
  const variables = requireTexts(item, ['itemId']);
  const document = documents.inventoryItem;
  if (!document) {
    throw misconfigured(
      'buywithprime',
      '"documents.inventoryItem" is missing',
      "Write it after Amazon's page of the inventoryItem query, with $itemId as its variable: no argument and no field was known here.",
    );
  }
  const field = 'inventoryItem';
  return find({ document, variables, field, read: (value) => parseAnswer(field, ObjectSchema, value) }, call);
}
