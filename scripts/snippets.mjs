/**
 * `npm run snippets`: compiles every TypeScript block of the README and the guides against the sources, so that what a
 * reader copies compiles. Blocks of one file may not share names: each is a module of its own.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = join(root, '.build/snippets');
const guides = readdirSync(join(root, 'docs/guides')).map((name) => `docs/guides/${name}`);

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const blocks = ['README.md', 'SKILL.md', ...guides].flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map((match) => ({
    file,
    line: text.slice(0, match.index).split('\n').length,
    code: match[1] ?? '',
  }));
});
// A change of the pattern or of the files must not turn this into a check of nothing.
if (!blocks.some(({ file }) => file === 'README.md')) throw new Error('no TypeScript block was found in README.md');

for (const { file, line, code } of blocks) {
  // As many empty lines as stand before it, so that the compiler's line numbers are the file's own.
  writeFileSync(join(folder, `${file.replaceAll('/', '__')}-${line}.ts`), `${'\n'.repeat(line)}${code}\nexport {};\n`);
}
writeFileSync(
  join(folder, 'tsconfig.json'),
  JSON.stringify({
    extends: '../../tsconfig.test.json',
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    include: ['*.ts', '../../scripts/frameworks.d.ts', '../../docs/modules.d.ts'],
    exclude: [],
  }),
);
const { status, stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' });
if (stdout) console.error(stdout.replaceAll(/\S*?([\w.-]+)-\d+\.ts\(/g, (_, file) => `${file.replaceAll('__', '/')}(`));
console.log(
  `${blocks.length} code blocks of ${new Set(blocks.map(({ file }) => file)).size} files ${status === 0 ? 'compile' : 'do not compile'}`,
);
process.exitCode = status ?? 1;
