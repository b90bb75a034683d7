/** The public API of each entry point as text: every exported declaration, and what these name without exporting it. */
import { join } from 'node:path';
import ts from 'typescript';
import { readJson } from './versions.mjs';

const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });

/**
 * The reports by the name of their file. By subpath, because the names of shared chunks change with their contents.
 *
 * @param {string} root a built repository
 * @returns {Record<string, string>}
 */
export function createReports(root) {
  const entries = entriesOf(root);
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      strict: true,
      types: [],
    },
  );
  const reporter = new Reporter(program.getTypeChecker(), join(root, 'dist'));
  return Object.fromEntries(
    entries.map(({ subpath, file }) => {
      const name = subpath === '.' ? 'index' : subpath.slice(2).replaceAll('/', '-');
      return [
        `${name}.api.md`,
        reporter.report(subpath.replace('.', 'waybill'), /** @type {ts.SourceFile} */ (program.getSourceFile(file))),
      ];
    }),
  );
}

/** The root comes last, because it repeats what the others export. @param {string} root */
function entriesOf(root) {
  const { exports } = readJson(root, 'package.json');
  const entries = Object.entries(exports).flatMap(([subpath, { import: esm }]) => (esm ? [{ subpath, file: join(root, esm.types) }] : []));
  return [...entries.filter(({ subpath }) => subpath !== '.'), ...entries.filter(({ subpath }) => subpath === '.')];
}

/** Writes reports. What was in an earlier one is only named. */
class Reporter {
  /** @type {Map<ts.Symbol, string>} */
  #reported = new Map();
  #checker;
  #dist;

  /** @param {ts.TypeChecker} checker @param {string} dist */
  constructor(checker, dist) {
    this.#checker = checker;
    this.#dist = dist;
  }

  /** @param {string} entry @param {ts.SourceFile} file */
  report(entry, file) {
    const module = /** @type {ts.Symbol} */ (this.#checker.getSymbolAtLocation(file));
    const exported = this.#checker
      .getExportsOfModule(module)
      .map((symbol) => ({ name: symbol.name, symbol: this.#resolve(symbol) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const own = exported.filter(({ symbol }) => !this.#reported.has(symbol));
    const repeated = exported.filter(({ symbol }) => this.#reported.has(symbol));
    const references = [...groupBy(repeated, ({ symbol }) => this.#reported.get(symbol) ?? '')].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const { symbol } of own) this.#reported.set(symbol, entry);
    /** @type {ts.Symbol[]} */
    const hidden = [];
    for (const { symbol } of own) this.#findHidden(symbol, entry, hidden);
    hidden.sort((a, b) => (a.name < b.name ? -1 : 1));
    return [
      `# ${entry}\n`,
      ...section(
        'Exports',
        own.map(({ name, symbol }) => `${symbol.name === name ? '' : `// as ${name}\n`}export ${this.#text(symbol)}`).join('\n\n'),
      ),
      ...section(
        'Exports of other entry points',
        references.map(([from, list]) => `export {\n${list.map(({ name }) => `    ${name},\n`).join('')}} from '${from}';`).join('\n'),
      ),
      ...section('Named by these, and not exported', hidden.map((symbol) => this.#text(symbol)).join('\n\n')),
    ].join('\n');
  }

  /** @param {ts.Symbol} symbol */
  #resolve(symbol) {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  /** @param {ts.Symbol} symbol */
  #declarations(symbol) {
    return (symbol.declarations ?? [])
      .filter((node) => node.getSourceFile().fileName.replaceAll('\\', '/').startsWith(this.#dist.replaceAll('\\', '/')))
      .map((node) => (ts.isVariableDeclaration(node) ? node.parent.parent : node));
  }

  /** @param {ts.Symbol} symbol */
  #text(symbol) {
    return this.#declarations(symbol)
      .map((node) => printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()).replace(/^(?:export |declare )*/, ''))
      .join('\n');
  }

  /** Finds what the declarations of a symbol name, and so on. @param {ts.Symbol} symbol @param {string} entry @param {ts.Symbol[]} hidden */
  #findHidden(symbol, entry, hidden) {
    /** @param {ts.Node} node */
    const visit = (node) => {
      const named = ts.isIdentifier(node) && this.#checker.getSymbolAtLocation(node);
      const found = named && this.#resolve(named);
      if (found && !this.#reported.has(found) && this.#declarations(found).some(isTopLevel)) {
        this.#reported.set(found, entry);
        hidden.push(found);
        this.#findHidden(found, entry, hidden);
      }
      node.forEachChild(visit);
    };
    this.#declarations(symbol).forEach(visit);
  }
}

/** @param {ts.Node} node */
function isTopLevel(node) {
  return (
    ts.isSourceFile(node.parent) &&
    (ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isVariableStatement(node) ||
      ts.isFunctionDeclaration(node))
  );
}

/** @param {string} title @param {string} code */
function section(title, code) {
  return code ? [`## ${title}\n\n\`\`\`ts\n${code}\n\`\`\`\n`] : [];
}

/** @template Item, Key @param {Item[]} items @param {(item: Item) => Key} keyOf @returns {Map<Key, Item[]>} */
function groupBy(items, keyOf) {
  /** @type {Map<Key, Item[]>} */
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/**
 * The names that a report exports, and the members of each: `ApiError`, `ApiError.status`.
 *
 * @param {string} report
 * @returns {Set<string>}
 */
export function namesIn(report) {
  const code = [...(report.split('\n## Named by these')[0]?.matchAll(/^```ts\n([\s\S]*?)^```/gm) ?? [])].map(([, text]) => text).join('\n');
  /** @type {Set<string>} */
  const names = new Set();
  for (const statement of ts.createSourceFile('api.d.ts', code, ts.ScriptTarget.Latest, true).statements) {
    for (const name of namesOf(statement)) names.add(name);
  }
  return names;
}

/** @param {ts.Statement} statement @returns {string[]} */
function namesOf(statement) {
  if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
    return statement.exportClause.elements.map(({ name }) => name.text);
  }
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.getText());
  const { name, members, type } = /** @type {any} */ (statement);
  if (!name) return [];
  const inner = members ?? (type && ts.isTypeLiteralNode(type) ? type.members : []);
  return [
    name.text,
    ...inner.flatMap((member) => (member.name && !ts.isPrivateIdentifier(member.name) ? [`${name.text}.${member.name.getText()}`] : [])),
  ];
}
