/**
 * What a command prints: text for people or JSON for programs, never both.
 *
 * @module
 */
import { styleText } from 'node:util';
import type { Sink, Terminal } from './context.ts';
import type { Failure } from './failure.ts';

/** How a word looks on a terminal. */
type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

const MAX_WIDTH = 100;

/** Prints results to standard output, and all else to standard error. */
export class Output {
  /** Whether programs read it. */
  readonly json: boolean;
  readonly #stdout: Sink;
  readonly #stderr: Sink;

  constructor({ stdout, stderr }: Pick<Terminal, 'stdout' | 'stderr'>, json: boolean) {
    this.json = json;
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  /** Columns to write in. */
  get width(): number {
    return Math.min(this.#stdout.columns || 80, MAX_WIDTH);
  }

  /** A terminal to draw on, beside the results; none where nobody looks. */
  get drawing(): Sink | undefined {
    return this.#stderr.isTTY && !this.json ? this.#stderr : undefined;
  }

  /** A result: `value` as a line of JSON, or the lines for people. */
  show(value: unknown, lines: () => readonly string[] | string): void {
    const text = this.json ? JSON.stringify(value) : [lines()].flat().join('\n');
    this.#stdout.write(`${text}\n`);
  }

  /** A remark beside the results: for people only. */
  note(text: string): void {
    if (!this.json) this.#stderr.write(`${wrap(text, this.width).join('\n')}\n`);
  }

  /** Text that is ready, such as help. */
  raw(text: string): void {
    this.#stdout.write(text);
  }

  /** Why the command failed. */
  failure({ exitCode, ...failure }: Failure, usage?: string): void {
    if (this.json) {
      this.#stderr.write(`${JSON.stringify({ error: { ...failure, exitCode } })}\n`);
      return;
    }
    const { message, hint } = failure;
    const label = styleText('red', 'error:', { stream: this.#stderr });
    const [first = '', ...others] = wrap(`error: ${message}`, this.width);
    const lines = [first.replace('error:', () => label), ...others];
    for (const more of [hint, usage]) if (more) lines.push(...wrap(more, this.width - 2).map((line) => `  ${line}`));
    this.#stderr.write(`${lines.join('\n')}\n`);
  }

  /** A word in colour, on a terminal that wants colours. */
  style(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#stdout });
  }

  /** A name and what it is, below each other's; the values wrap within the width. */
  fields(entries: Readonly<Record<string, string | undefined>>, indent = 0): string[] {
    const known = Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const column = Math.max(...known.map(([name]) => name.length)) + 2;
    const margin = ' '.repeat(indent);
    return known.flatMap(([name, value]) => {
      const lines = wrap(value, Math.max(20, this.width - indent - column));
      return lines.map(
        (line, at) => margin + (at === 0 ? this.style('dim', name) + ' '.repeat(column - name.length) : ' '.repeat(column)) + line,
      );
    });
  }

  /** Rows in columns; the last one wraps. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
    const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
    const fixed = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
    const format = (row: readonly string[]): string[] => {
      const start = row.slice(0, -1).map((cell, at) => cell.padEnd((widths[at] ?? 0) + 2));
      const [first = '', ...more] = wrap(row.at(-1) ?? '', Math.max(10, this.width - fixed));
      return [start.join('') + first, ...more.map((line) => ' '.repeat(fixed) + line)];
    };
    return [...format(head).map((line) => this.style('bold', line)), ...rows.flatMap(format)];
  }
}

/**
 * Lines of at most `width` characters, broken at blanks; a longer word keeps a line of its own, so that it can be copied. Control
 * characters become readable: in a stranger's text they would steer the terminal.
 */
export function wrap(text: string, width: number): string[] {
  const plain = text.replaceAll('\r\n', '\n').replace(/(?![\n\t])\p{Cc}/gu, (control) => {
    return `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
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
