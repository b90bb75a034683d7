/** JSON Schema 2020-12 of our schemas, judged by ajv: it knows nothing of zod. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

type JsonSchema = Readonly<Record<string, unknown>>;

/** Keywords that say nothing about a value. */
const ANNOTATIONS = ['$schema', '$id', '$comment', 'title', 'description', 'examples', 'default', 'deprecated', 'format'];

// Strict: a keyword that ajv does not know is an error, because a check that is skipped would prove nothing.
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true, validateFormats: false });
const compiled = new WeakMap<JsonSchema, ValidateFunction>();

/** Whether a value, as JSON carries it, matches. */
export function isValid(schema: JsonSchema, value: unknown): boolean {
  const validate = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, validate);
  return validate(value) === true;
}

/** What a schema says nothing about, by its place: `{}` where something is declared. */
export function undescribed(schema: unknown, at = '#'): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap((item, index) => undescribed(item, `${at}/${index}`));
  if (typeof schema !== 'object' || schema === null) return [];
  const keywords = Object.keys(schema).filter((keyword) => !ANNOTATIONS.includes(keyword));
  if (keywords.length === 0) return [at];
  return Object.entries(schema).flatMap(([keyword, inner]) => {
    // An empty schema is right there: anything beside what is declared, and nothing at all.
    if (keyword === 'additionalProperties' || keyword === 'not' || keyword === 'default' || keyword === 'examples') return [];
    if (keyword !== 'properties' && keyword !== '$defs') return undescribed(inner, `${at}/${keyword}`);
    return Object.entries(inner as object).flatMap(([name, property]) => undescribed(property, `${at}/${keyword}/${name}`));
  });
}

/** Fails unless both agree about a value. JSON carries no `undefined`, so it is read back first. */
export function expectAgreement(schema: JsonSchema, validate: (value: unknown) => boolean, value: unknown): void {
  const json: unknown = JSON.parse(JSON.stringify(value) ?? 'null');
  expect({ json, isValid: isValid(schema, json) }).toEqual({ json, isValid: validate(json) });
}
