/** Puts all mutants of some files into them, each behind a switch, so that one process tries them all. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What makes an error or a warning: the sentences in it are not mutated, because a test that pins each word of a message proves nothing. */
const SPEAKERS =
  /^(?:assertOption|requireString|warn|push|refuse|refused|rejection|denied|invalid\w*|misconfigured|unusable|malformed|badRequest)$/;
const SENTENCE = /\S \S/;

const errorSentences = {
  /** @param {any} path a node of the syntax tree */
  shouldIgnore(path) {
    if (!path.isStringLiteral() && !path.isTemplateLiteral()) return undefined;
    const text = path.isStringLiteral() ? path.node.value : path.node.quasis.map((part) => part.value.raw).join('x');
    if (!SENTENCE.test(text)) return undefined;
    const speaker = path.findParent((parent) => {
      if (parent.isThrowStatement()) return true;
      if (!parent.isNewExpression() && !parent.isCallExpression()) return false;
      const name = parent.node.callee.name ?? parent.node.callee.property?.name ?? '';
      return parent.isNewExpression() ? name.endsWith('Error') : SPEAKERS.test(name);
    });
    return speaker ? 'the sentence of an error' : undefined;
  },
};

/**
 * One change of one file.
 *
 * @typedef {{ id: string, file: string, line: number, column: number, original: string, replacement: string }} Mutant
 */

/**
 * The sources with their mutants, by path from the root.
 *
 * @param {string} root
 * @param {readonly string[]} files
 * @returns {Promise<{ sources: Record<string, string>, mutants: Mutant[] }>}
 */
export async function instrument(root, files) {
  // By name at run time: this folder has its own node_modules, which the type check of the root does not need.
  const library = (name) => import(import.meta.resolve(name));
  const { createInstrumenter } = await library('@stryker-mutator/instrumenter');
  const { createInjector } = await library('typed-inject');
  const { commonTokens } = await library('@stryker-mutator/api/plugin');
  const instrumenter = createInstrumenter(createInjector().provideValue(commonTokens.logger, quiet()));
  const originals = files.map((name) => ({ name: join(root, name), mutate: true, content: readFileSync(join(root, name), 'utf8') }));
  const options = { ignorers: [errorSentences], plugins: null, excludedMutations: [], noHeader: false };
  const result = await instrumenter.instrument(originals, options);
  const nameOf = (path) => files[originals.findIndex(({ name }) => name === path)] ?? path;
  return {
    sources: Object.fromEntries(result.files.map(({ name, content }) => [nameOf(name), content])),
    mutants: result.mutants
      .filter(({ status }) => status !== 'Ignored')
      .map(({ id, fileName, replacement, location: { start, end } }) => {
        const lines = (originals.find(({ name }) => name === fileName)?.content ?? '').split('\n').slice(start.line, end.line + 1);
        // The end first: both are on one line most of the time.
        lines[lines.length - 1] = lines.at(-1)?.slice(0, end.column) ?? '';
        lines[0] = lines[0]?.slice(start.column) ?? '';
        const [original, changed] = [lines.join('\n'), replacement].map((code) => code.replace(/\s+/g, ' ').trim());
        return { id, file: nameOf(fileName), line: start.line + 1, column: start.column + 1, original, replacement: changed };
      }),
  };
}

function quiet() {
  const levels = ['Trace', 'Debug', 'Info', 'Warn', 'Error', 'Fatal'];
  return Object.fromEntries(
    levels.flatMap((level) => [
      [level.toLowerCase(), () => {}],
      [`is${level}Enabled`, () => false],
    ]),
  );
}
