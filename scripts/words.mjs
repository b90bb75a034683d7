/**
 * `npm run words`: finds words of which plain English has a better one: in messages, comments, the README and the guides.
 *
 * Some are right in some sentences, so each kind of text has a limit: what was left when it was last read. Lower it, never raise it.
 * `--list` prints each place.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');

/** @type {readonly (readonly [pattern: RegExp, better: string])[]} */
const WORDS = [
  [/\b(?:an|the|its|no|this|each|last|late|every) answers?\b|\banswer(?:s|ed|ing)? (?:with )?[1-5]\d\d\b/i, 'response, respond with'],
  [/\brepeat(?:s|ed|ing)?\b|\b(?:send|sent|sends|sign|signs|signed) anew\b|\bsen[dt]s? again\b/i, 'retry'],
  [/\bcomes? again\b/i, 'is redelivered'],
  [/\btexts\b|\b(?:a|the|no|any|this|its|other) text\b(?! (?:file|editor|color|size|format|column))/i, 'string'],
  [/\bblanks?\b/i, 'space, whitespace, empty'],
  [/(?<!\bthere )\b(?:is|are|was|were) no (?!longer\b|more\b|other\b|need\b)[a-zA-Z]/i, 'is not a, there is no'],
  [/\bthere (?:is|are|was|were) none\b/i, 'there is no X'],
  [
    /, for (?:an?|the|it|its|they|their|he|she|you|your|that|there|no|what|this|nothing) (?:\w+ ){0,3}(?:is|are|was|has|have|can|may|would|will|does|do)\b/i,
    'because',
  ],
  [/\b(?:who|who)ever (?:\w+)s\b|\bfor who \w+s\b/i, 'if you, callers that'],
  [/\bof (?:ours|its own|yours|his own|their own)\b/i, '(drop), your own'],
  [/\bstrangers?\b/i, 'the sender, the caller, untrusted input'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fix'],
  [/\blets? (?:in|through)\b/i, 'accept, authenticate'],
  [/\bforgotten\b/i, 'dropped'],
  [/\bcan be told\b|\bneeds to know\b|\bis made with\b/i, 'options of'],
  [/\bunder way\b|\bbegun\b/i, 'in flight, started'],
  [/\bout of reach\b|\bcan(?:no|')t be had\b/i, 'unavailable'],
  [/\basked for\b/i, 'requested, fetched'],
  [/\bwithdrawn\b/i, 'revoked'],
  [/\bis inferred\b|\bare inferred\b/i, '(inferred)'],
  [/\bcan't\b|\bwon't\b|\bdon't\b|\bdoesn't\b|\bisn't\b/i, 'cannot, will not, do not'],
  [
    /\bwhere (?:it|there|that|this|one|you|they|none|nothing|no|a|an|the) (?:\w+ ){0,4}(?:is|are|was|has|have|fails?|lacks?|needs?|cannot|does|do)\b/i,
    'if, when',
  ],
];

/** @type {Readonly<Record<string, number>>} */
const LIMITS = { messages: 3, comments: 13, documents: 0 };

/** @type {{ kind: string, file: string, line: number, words: string, better: string }[]} */
const found = [];

for (const file of [...filesOf('src', '.ts')]) readSource(file);
for (const file of ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/decisions.md', ...filesOf('docs/guides', '.md')])
  readDocument(file);

let isOver = false;
for (const [kind, limit] of Object.entries(LIMITS)) {
  const count = found.filter((entry) => entry.kind === kind).length;
  console.log(`${kind}: ${count} words of the glossary, limit ${limit}`);
  if (count > limit) isOver = true;
}
if (isOver || process.argv.includes('--list')) {
  for (const { kind, file, line, words, better } of found) console.log(`${file}:${line} ${kind}: "${words}" -> ${better}`);
}
process.exitCode = isOver ? 1 : 0;

/**
 * @param {string} kind
 * @param {string} file
 * @param {number} line
 * @param {string} text
 */
function check(kind, file, line, text) {
  for (const [pattern, better] of WORDS) {
    for (const { 0: words, index } of text.matchAll(new RegExp(pattern, `${pattern.flags}g`))) {
      found.push({ kind, file, line: line + text.slice(0, index).split('\n').length, words, better });
    }
  }
}

/** String literals that are sentences, and comments. @param {string} file */
function readSource(file) {
  const text = readFileSync(join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  /** @type {Set<number>} */
  const seen = new Set();
  /** @param {ts.Node} node */
  const visit = (node) => {
    for (const range of ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []) {
      if (seen.has(range.pos)) continue;
      seen.add(range.pos);
      // Code in examples is checked by the compiler.
      const comment = text
        .slice(range.pos, range.end)
        .replace(/```[\s\S]*?```/g, (code) => code.replace(/[^\n]/g, ' '))
        .replace(/\n\s*\*/g, '\n');
      check('comments', file, lineOf(source, range.pos), comment);
    }
    if ((ts.isStringLiteral(node) || ts.isTemplateLiteralToken(node)) && /[a-z] [a-z]/.test(node.text))
      check('messages', file, lineOf(source, node.getStart()), node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/** @param {ts.SourceFile} source @param {number} position */
function lineOf(source, position) {
  return source.getLineAndCharacterOfPosition(position).line;
}

/** Prose without code. @param {string} file */
function readDocument(file) {
  const text = readFileSync(join(root, file), 'utf8');
  const prose = text
    .replace(/^(```|~~~)[\s\S]*?^\1/gm, (code) => code.replace(/[^\n]/g, ' '))
    .replace(/`[^`\n]*`/g, (code) => ' '.repeat(code.length));
  check('documents', file, 0, prose);
}

/** @param {string} folder @param {string} extension */
function filesOf(folder, extension) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .map((name) => relative(root, join(root, folder, name)));
}
