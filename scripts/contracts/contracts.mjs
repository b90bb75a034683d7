/**
 * Writes `dist/contracts/`: the JSON Schema (2020-12) of each payload in a file of its own, and one OpenAPI document. All of them come from the
 * schemas of the library, so they cannot differ from what it accepts.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openApi } from './openapi.mjs';
import { payloadsOf } from './payloads.mjs';

/**
 * The contracts by the name of their file.
 *
 * @param {Record<string, any>} schemas the exports of `waybill/schemas`
 * @param {string} version
 * @returns {Record<string, Record<string, any>>}
 */
export function createContracts(schemas, version) {
  const payloads = payloadsOf(schemas);
  const files = Object.entries(payloads).map(([title, schema]) => {
    const name = kebabCase(title);
    return [`${name}.json`, { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: `urn:waybill:contracts:${name}`, ...schema }];
  });
  return { ...Object.fromEntries(files), 'openapi.json': openApi(payloads, version) };
}

/** @param {string} root a repository with a `dist/` of its library */
export async function writeContracts(root) {
  const schemas = await import(pathToFileURL(join(root, 'dist/schemas.js')).href);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const folder = join(root, 'dist/contracts');
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(createContracts(schemas, version))) {
    writeFileSync(join(folder, name), `${JSON.stringify(content)}\n`);
  }
}

/** @param {string} name */
function kebabCase(name) {
  return name
    .replace('GraphQL', 'Graphql')
    .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    .slice(1);
}
