/** Finds declarations that name a library which is not there for the user: it was inlined. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** The optional peers, each with the entries that may name it. */
const ALLOWED = [
  { library: /^zod(\/|$)/, entry: /^schemas\.d\.c?ts$/ },
  { library: /^(fast-check|graphql|msw)(\/|$)/, entry: /^testing\// },
];

/**
 * @param {string} installed the unpacked package
 * @returns one line for each reference that must not be
 */
export function findForeignTypes(installed) {
  const dist = join(installed, 'dist');
  const declarations = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => /\.d\.c?ts$/.test(name));
  if (declarations.length === 0) return ['there is no declaration in dist'];
  return declarations.flatMap((name) =>
    references(readFileSync(join(dist, name), 'utf8'))
      .filter((library) => !ALLOWED.some((peer) => peer.library.test(library) && peer.entry.test(name)))
      .map((library) => `dist/${name} refers to ${library}`),
  );
}

/** @param {string} text */
function references(text) {
  const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(text, true, true);
  return [...importedFiles, ...typeReferenceDirectives].map(({ fileName }) => fileName).filter((name) => !/^\.{0,2}\//.test(name));
}
