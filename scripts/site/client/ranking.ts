/** Which pages and names fit a query, the best first. Without the page, so that it can be tested alone. */

/** What `scripts/site/search-index.mjs` writes. */
export interface SearchIndex {
  readonly pages: readonly {
    readonly title: string;
    readonly short: string;
    readonly chapter: string;
    readonly url: string;
    /** What the guide is to be found by first. */
    readonly words: readonly string[];
    readonly sections: readonly (readonly [heading: string, anchor: string, text: string])[];
  }[];
  readonly names: readonly (readonly [name: string, kind: string, parent: string, url: string, summary: string])[];
}

/** One line of the list of results. */
export interface Result {
  readonly title: string;
  /** The chapter of a guide, or kind and module of a name. */
  readonly place: string;
  readonly url: string;
  /** Some words around the first one that fits, or the first sentence about a name. */
  readonly excerpt: string;
  readonly score: number;
}

const MAX_RESULTS = 14;
/** Further sections of a guide that is in the list already. */
const MAX_SECTIONS = 2;
const EXCERPT = { before: 40, after: 110 };

export function search(index: SearchIndex, query: string): readonly Result[] {
  const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (terms.length === 0) return [];
  return [
    ...index.pages.flatMap((page) => inPage(page, terms)),
    ...index.names.flatMap((name) => inName(name, terms, name[0] === query.trim())),
  ]
    .sort((a, b) => b.score - a.score)
    .slice(0, MAX_RESULTS);
}

function inPage(page: SearchIndex['pages'][number], terms: readonly string[]): readonly Result[] {
  const { title, chapter, url, words, sections } = page;
  const title_ = `${title} ${page.short}`.toLowerCase();
  const ofPage = terms.map((term) => {
    if (words.includes(term)) return 120;
    if (startsWord(title_, term)) return 60;
    return words.some((word) => word.startsWith(term) && term.length > 2) ? 30 : 0;
  });
  const found = sections
    .map(([heading, anchor, text]) => {
      const scores = terms.map((term) => scoreOf(heading.toLowerCase(), 30, term) + countOf(text.toLowerCase(), term));
      return { heading, anchor, text, scores };
    })
    // A section fits if it, or its page, has every word.
    .filter(({ scores }) => scores.every((score, at) => score > 0 || (ofPage[at] ?? 0) > 0))
    .map((section) => ({ ...section, score: sum(section.scores) }))
    .sort((a, b) => b.score - a.score);
  const [best, ...others] = found;
  if (!best) return [];
  const place = `Guide · ${chapter}`;
  const lead = { title, place, url: `${url}${best.anchor}`, excerpt: excerptOf(best.text, terms), score: sum(ofPage) + best.score };
  const more = others.slice(0, MAX_SECTIONS).flatMap(({ heading, anchor, text, score }) => {
    if (!heading || score < 8) return [];
    return [
      { title: `${title}: ${heading}`, place, url: `${url}${anchor}`, excerpt: excerptOf(text, terms), score: score + sum(ofPage) / 4 },
    ];
  });
  return [best.heading ? { ...lead, title: `${title}: ${best.heading}` } : lead, ...more];
}

function inName(
  [name, kind, parent, url, summary]: SearchIndex['names'][number],
  terms: readonly string[],
  isExact: boolean,
): readonly Result[] {
  const lower = name.toLowerCase();
  const isMember = kind === 'method' || kind === 'property';
  const scores = terms.map((term) => {
    if (lower === term) return isMember ? 70 : 100;
    if (lower.startsWith(term)) return 50 * (term.length / lower.length) + (isMember ? 0 : 12);
    if (startsWord(name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase(), term)) return isMember ? 10 : 24;
    if (lower.includes(term)) return isMember ? 5 : 12;
    return startsWord(summary.toLowerCase(), term) ? 4 : 0;
  });
  if (scores.some((score) => score === 0)) return [];
  // `sqsHandler` the function before `SqsHandler` the type.
  const exact = isExact ? 3 : 0;
  const title = isMember ? `${parent}.${name}` : name;
  return [{ title, place: kind[0]?.toUpperCase() + kind.slice(1), url, excerpt: summary, score: sum(scores) + exact }];
}

function scoreOf(text: string, weight: number, term: string): number {
  if (startsWord(text, term)) return weight;
  return text.includes(term) ? weight / 3 : 0;
}

/** How often a word is in a text, up to five times; less for a part of a word. */
function countOf(text: string, term: string): number {
  const count = Math.min(5, text.split(term).length - 1);
  if (count === 0) return 0;
  return startsWord(text, term) ? 2 + count * 2 : count;
}

function startsWord(text: string, term: string): boolean {
  for (let at = text.indexOf(term); at !== -1; at = text.indexOf(term, at + 1)) {
    if (at === 0 || !/[a-z0-9_]/.test(text[at - 1] ?? '')) return true;
  }
  return false;
}

function excerptOf(text: string, terms: readonly string[]): string {
  const lower = text.toLowerCase();
  const places = terms.map((term) => lower.indexOf(term)).filter((place) => place !== -1);
  const place = places.length > 0 ? Math.min(...places) : 0;
  const start = place > EXCERPT.before ? text.indexOf(' ', place - EXCERPT.before) + 1 : 0;
  const end = place + EXCERPT.after < text.length ? text.lastIndexOf(' ', place + EXCERPT.after) : text.length;
  return `${start > 0 ? '… ' : ''}${text.slice(start, end)}${end < text.length ? ' …' : ''}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
