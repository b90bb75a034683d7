/** What the package has for programs that read it: llms.txt and SKILL.md. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/run.ts';

const root = join(import.meta.dirname, '../..');
const { exports, description } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
// By a path that the compiler does not know, because the script is JavaScript.
const { llmsText } = await import(join(root, 'scripts/llms.mjs'));
const text: string = llmsText(root);
const skill = readFileSync(join(root, 'SKILL.md'), 'utf8');
const linksOf = (markdown: string): string[] => [...markdown.matchAll(/\]\(([^)#]+)/g)].map(([, target = '']) => target);

describe('llms.txt', () => {
  test('lists every guide of the package, and leads to files that exist', () => {
    const links = linksOf(text);
    for (const guide of readdirSync(join(root, 'docs/guides'))) expect(links).toContain(`docs/guides/${guide}`);
    for (const link of links.filter((target) => !target.startsWith('dist/')))
      expect({ link, exists: existsSync(join(root, link)) }).toEqual({ link, exists: true });
  });

  test('lists the declarations of every entry', () => {
    const entries = Object.values(exports as Record<string, string | { readonly import: { readonly types: string } }>);
    const types = entries.flatMap((entry) => (typeof entry === 'string' ? [] : entry.import.types.replace('./', '')));
    expect(linksOf(text).filter((link) => link.startsWith('dist/'))).toEqual(types);
    expect(types.length).toBeGreaterThan(5);
    expect(text).toContain(`> ${description}`);
  });
});

describe('SKILL.md', () => {
  test('has a name and a description, as agents expect them', () => {
    const [, head = ''] = /^---\n([\s\S]*?)\n---\n/.exec(skill) ?? [];
    const fields = Object.fromEntries(head.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
    expect(fields).toEqual({ name: 'waybill', description: expect.any(String) });
    expect(fields['description'].length).toBeLessThanOrEqual(1_024);
  });

  test('names entries and commands that exist', () => {
    const paths = [...skill.matchAll(/'(waybill\/[\w/-]+)'/g)].map(([, path = '']) => path.replace('waybill', '.'));
    expect(paths.length).toBeGreaterThan(2);
    for (const path of paths) expect(Object.keys(exports)).toContain(path);
    const commands = [...skill.matchAll(/npx waybill (\w+)/g)].map(([, command]) => command);
    const known = [...COMMANDS.map(({ name }) => name), 'help'];
    for (const command of commands) expect(known).toContain(command);
  });
});
