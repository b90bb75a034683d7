/**
 * Text for a terminal. Files, servers and arguments are untrusted input: none of their control characters may reach a terminal or a file.
 *
 * @module
 */

/** Control characters but for the line feed and the tab, and the characters that change the direction of writing. */
const CONTROLS = '(?![\\n\\t])[\\p{Cc}\\u061c\\u200e\\u200f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]';
const CONTROL = new RegExp(CONTROLS, 'gu');
/** What `styleText` writes for the styles in use. */
const STYLE_OR_CONTROL = new RegExp(`\\u001b\\[(?:1|2|22|31|32|33|36|39)m|${CONTROLS}`, 'gu');

/** Makes control characters visible: `\x1b`. With `isStyled` the colours of this command stay. */
export function escapeControls(text: string, isStyled = false): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(isStyled ? STYLE_OR_CONTROL : CONTROL, (found) => (found.length > 1 ? found : visible(found.charCodeAt(0))));
}

function visible(code: number): string {
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** JSON on one line, which a terminal shows as it is: JSON itself leaves some control characters alone. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value).replace(CONTROL, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Lines of at most `width` characters, broken at spaces. A longer word gets its own line, so that it can be copied. */
export function wrap(text: string, width: number): string[] {
  const plain = escapeControls(text).replaceAll('\t', ' ');
  return plain.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    for (const word of paragraph.split(' ')) {
      const last = lines.at(-1);
      if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
      else lines[lines.length - 1] = `${last} ${word}`;
    }
    return lines;
  });
}

/** Like {@link wrap}, for a term and its description in two columns: the description stays in its column. */
export function wrapHanging(line: string, width: number): string[] {
  const [term = ''] = /^\S+(?: \S+)* {2,}/.exec(line) ?? [];
  const column = Math.min(term.length, width - 20);
  return wrap(line.slice(term.length), width - column).map((part, at) => (at === 0 ? escapeControls(term) : ' '.repeat(column)) + part);
}

/** Words as a sentence lists them: `a, b and c`. */
export function list(words: readonly string[], conjunction = 'and'): string {
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}` : words.join('');
}
