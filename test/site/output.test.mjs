/** The files of the site, without a browser: links, policies, copies, order. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { CHAPTERS } from '../../scripts/site/chapters.mjs';
import { flowSvg, parseFlow } from '../../scripts/site/flow-svg.mjs';
import { parse, sequenceSvg } from '../../scripts/site/sequence-svg.mjs';
import { SITE } from './browser.mjs';

const root = join(import.meta.dirname, '../..');
const files = readdirSync(SITE, { recursive: true, encoding: 'utf8' });
const pages = files.filter((name) => name.endsWith('.html'));
const texts = new Map(files.filter((name) => /\.(html|md|txt)$/.test(name)).map((name) => [name, readFileSync(join(SITE, name), 'utf8')]));

/** @param {string} page */
const idsOf = (page) => new Set([...(texts.get(page) ?? '').matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));
const ids = new Map(pages.map((page) => [page, idsOf(page)]));

/**
 * Where a link leads to nothing.
 *
 * @param {string} from
 * @param {string} href
 */
function brokenLink(from, href) {
  if (/^(https?:|mailto:|data:)/.test(href)) return undefined;
  const [path = '', fragment] = href
    .replaceAll('&amp;', '&')
    .replace(/\?[^#]*/, '')
    .split('#');
  const target = path === '' ? from : normalize(join(dirname(from), decodeURIComponent(path)));
  const file = target === './' || target === '.' ? 'index.html' : target;
  if (!files.includes(file)) return `${from}: ${href}: no such file`;
  if (fragment && file.endsWith('.html') && !ids.get(file)?.has(decodeURIComponent(fragment))) return `${from}: ${href}: no such heading`;
  return undefined;
}

test('every link, script, style and picture of every page leads to something', () => {
  const links = pages.flatMap((page) =>
    [...(texts.get(page) ?? '').matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, href = '']) => ({ page, href })),
  );
  assert.ok(links.length > 10_000, `${links.length} links were found`);
  assert.deepEqual([...new Set(links.map(({ page, href }) => brokenLink(page, href)).filter(Boolean))], []);
});

test('every link of the Markdown copies and of llms.txt leads to something', () => {
  const copies = [...texts.keys()].filter((name) => /\.(md|txt)$/.test(name) && !name.startsWith('assets/'));
  const links = copies.flatMap((name) => {
    const prose = (texts.get(name) ?? '').replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
    return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, href = '']) => ({ name, href }));
  });
  assert.ok(links.length > 200, `${links.length} links were found`);
  const broken = links.map(({ name, href }) => {
    const [path = '', fragment] = href.split('#');
    // The headings of a copy are those of its page.
    const asPage = (path === '' ? name : path).replace(/\.md$/, '.html');
    return (
      brokenLink(name, path) ??
      (fragment ? brokenLink(name, path === '' ? `${asPage.split('/').at(-1)}#${fragment}` : `${asPage}#${fragment}`) : undefined)
    );
  });
  assert.deepEqual(broken.filter(Boolean), []);
});

test('each guide has a copy in Markdown, and llms.txt lists it', () => {
  for (const { file } of CHAPTERS.flatMap(({ guides }) => guides)) {
    if (file === 'playground') continue;
    assert.ok(files.includes(`guides/${file}.html`) === files.includes(`guides/${file}.md`), file);
    if (files.includes(`guides/${file}.md`)) assert.match(texts.get('llms.txt') ?? '', new RegExp(`\\(guides/${file}\\.md\\)`));
  }
});

test('each guide has its place in the order', () => {
  const guides = readdirSync(join(root, 'docs/guides')).map((name) => name.replace(/\.md$/, ''));
  const listed = CHAPTERS.flatMap((chapter) => chapter.guides.map(({ file }) => file));
  assert.deepEqual(
    guides.filter((name) => !listed.includes(name)),
    [],
    'add it to scripts/site/chapters.mjs',
  );
  assert.deepEqual(
    listed.filter((name) => !guides.includes(name) && !['decisions', 'playground'].includes(name)),
    [],
    'remove it from scripts/site/chapters.mjs',
  );
  assert.equal(new Set(listed).size, listed.length);
});

test('each page forbids connections, has no inline script or style, and loads nothing from elsewhere', () => {
  for (const page of pages) {
    const html = texts.get(page) ?? '';
    const [policy = ''] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.slice(1) ?? [];
    assert.match(policy, /default-src &#39;none&#39;|default-src 'none'/, page);
    assert.match(policy, /connect-src (?:&#39;|')none/, page);
    assert.ok(html.indexOf('Content-Security-Policy') < html.indexOf('<script'), `${page}: the policy comes first`);
    assert.doesNotMatch(html, /<script>|<script (?![^>]*\bsrc=)|<style|\sstyle="|\son\w+="/, page);
    assert.doesNotMatch(html, /<(?:script|link|img|iframe)[^>]*(?:src|href)="(?:https?:)?\/\//, page);
  }
});

test('every page has one title, one main heading and a way to its content', () => {
  for (const page of pages) {
    const html = texts.get(page) ?? '';
    assert.equal(html.match(/<h1[\s>]/g)?.length, 1, page);
    assert.match(html, /<title>[^<]+<\/title>/, page);
    assert.match(html, /<a class="wb-skip" href="#content">/, page);
  }
});

test('the front page shows figures, code and three diagrams that can be read aloud', () => {
  const html = texts.get('index.html') ?? '';
  assert.equal(html.match(/<svg role="img" aria-label="[^"]{40,}"/g)?.length, 3);
  assert.match(html, /<dt>runtime dependencies<\/dt><dd>0<\/dd>/);
  assert.doesNotMatch(html, /<!-- (?:figures|sizes|code)/);
  for (const word of ['DeliveryTrackerClient', 'NdrWebhookVerifier', 'sqsHandler', 'AmazonEmulator']) assert.match(html, new RegExp(word));
});

test('no page shows the source of a diagram', () => {
  for (const page of pages) assert.doesNotMatch(texts.get(page) ?? '', /sequenceDiagram|flowchart LR/, page);
});

test('the README links to files that are there', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const links = [...readme.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, href = '']) => href).filter((href) => !/^https?:/.test(href));
  assert.ok(links.length > 10);
  assert.deepEqual(
    links.filter((href) => !existsSync(join(root, href))),
    [],
  );
});

test('a sequence diagram with a line that cannot be drawn is an error', () => {
  assert.throws(() => parse('sequenceDiagram\n    loop every minute'), /cannot be drawn: "loop every minute"/);
});

test('a flowchart with a line that cannot be drawn, or with a circle, is an error', () => {
  assert.throws(() => parseFlow('flowchart TD\na --> b'), /cannot be drawn: "flowchart TD"/);
  assert.throws(() => parseFlow('flowchart LR\na{decision} --> b'), /cannot be drawn: "a\{decision\} --> b"/);
  assert.throws(() => flowSvg('flowchart LR\na --> b\nb --> a', { title: 'T' }), /circle/);
});

test('a flowchart is read aloud with its labels, and escapes what it shows', () => {
  const svg = flowSvg('flowchart LR\na[A <b>] & b -->|one| c[(C)]\na -->|two| c', { title: 'T' });
  assert.match(svg, /aria-label="T\. A &lt;b&gt; to C: one, two; b to C: one"/);
  assert.doesNotMatch(svg, /<b>/);
});

test('a sequence diagram escapes what it shows', () => {
  const svg = sequenceSvg('participant A as A & "B"\nA->>A: <script>', { title: 'T' });
  assert.doesNotMatch(svg, /<script/);
  assert.match(svg, /A &amp; &quot;B&quot;/);
});
