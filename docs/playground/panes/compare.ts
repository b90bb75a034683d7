/** Two canonical requests side by side, and what their first difference usually means. */
import { type Child, el, heading, note, verdict } from '../dom.ts';

/** What stands in each line of a canonical request, and what goes wrong there. */
const USUAL: Readonly<Record<string, string>> = {
  method: 'The method must be in upper case.',
  path: 'Usual reasons: a slash at the end of the path, or /live or /sandbox in only one of the two.',
  query: 'The line of the query is always there. Without a query it is empty.',
  header:
    'Names are in lower case and sorted; there is no space after the colon. A header that a library or proxy changes, such as user-agent, must not be signed.',
  names: 'The names are those of the lines above, sorted, with a semicolon between them and none at the end.',
  hash: 'The hash is of other bytes. Usual reasons: JSON that was serialized twice, a line break at the end of the body, a library that trims it. The hash is in lower case.',
};

export function compareWith(theirs: string, ours: string, toSign: string): Child {
  const printed = /AMZN-PAY-RSASSA-PSS(?:-V2)?(?:\r?\n|\\n|\s)+([0-9a-f]{64})/i.exec(theirs);
  if (printed) return compareStrings(printed[0].replace(/\s+|\\n/, '\n'), toSign);
  return compareRequests(theirs.replace(/\r\n/g, '\n').replace(/\n$/, ''), ours);
}

function compareStrings(theirs: string, ours: string): Child {
  const [theirAlgorithm, theirHash] = theirs.split('\n');
  const [algorithm, hash] = ours.split('\n');
  if (theirHash?.toLowerCase() !== hash) {
    return [
      verdict('bad', 'another hash: Amazon read another request than this one'),
      note(
        'Either the canonical request is built differently, or something on the way changes the request. Compare the canonical requests.',
      ),
    ];
  }
  if (theirAlgorithm !== algorithm) return [verdict('bad', `the same request, signed with another algorithm: ${theirAlgorithm}`)];
  return [
    verdict('good', 'the same string to sign'),
    note('The request is right. If Amazon refuses it, the key, the key id or the salt is wrong.'),
  ];
}

function compareRequests(theirs: string, ours: string): Child {
  if (theirs === ours) return [verdict('good', 'the same canonical request, byte for byte')];
  const [left, right] = [ours.split('\n'), theirs.split('\n')];
  const line = Array.from({ length: Math.max(left.length, right.length) }, (_, at) => at).find((at) => left[at] !== right[at]) ?? 0;
  const [a, b] = [left[line], right[line]];
  let column = 0;
  while (a !== undefined && b !== undefined && column < a.length && a[column] === b[column]) column += 1;
  return [
    verdict('bad', `first difference: line ${line + 1}, character ${column + 1}`),
    note(USUAL[roleOf(line, left.length)] ?? ''),
    el('div', { class: 'pg-compare' }, side('This page', left, line, column), side('Compared with', right, line, column)),
  ];
}

function roleOf(line: number, lines: number): string {
  if (line < 3) return ['method', 'path', 'query'][line] ?? '';
  if (line >= lines - 1) return 'hash';
  return line === lines - 2 ? 'names' : 'header';
}

function side(title: string, lines: readonly string[], line: number, column: number): HTMLElement {
  const shown = [...lines, ...(line >= lines.length ? [''] : [])].map((text, at) => {
    if (at !== line) return el('span', { class: 'pg-line' }, visible(text));
    const rest = text.slice(column);
    return el(
      'span',
      { class: 'pg-line pg-differs' },
      visible(text.slice(0, column)),
      el('mark', {}, rest === '' ? 'ends here' : visible(rest)),
    );
  });
  return el('div', {}, heading(title), el('pre', { tabindex: 0, role: 'region', 'aria-label': title }, el('code', {}, shown)));
}

/** What cannot be seen is a usual difference. */
function visible(text: string): string {
  return text.replace(/ $/g, '·').replaceAll('\r', '␍').replaceAll('\t', '→').replaceAll(' ', '⍽');
}
