/**
 * What a command knows of the process that it runs in, and how it prints. No command uses `process` itself, so that tests can run
 * commands in their own process.
 *
 * @module
 */
import { styleText } from 'node:util';
import type { Failure, Names } from './failure.ts';
import { escapeControls, toJsonLine, wrap, wrapHanging } from './text.ts';

/** An output stream of Node, perhaps a terminal. */
export type Sink = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The process, as far as commands use it. */
export interface Terminal {
  /** The arguments after `waybill`. */
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly stdin: AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean };
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Prints each request and response of a command. */
export interface Trace {
  /** Like the platform's own. */
  readonly fetch: typeof globalThis.fetch;
  readonly sent: (request: Request) => Promise<void>;
  readonly received: (response: TracedResponse, milliseconds: number) => void;
  readonly failed: (error: unknown) => void;
}

/** A response, read to its end. */
export interface TracedResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What a command runs with. */
export interface Context extends Pick<Terminal, 'env' | 'stdin' | 'signal'> {
  readonly out: Output;
  /** What errors call the options of the library and the parts of an input. */
  readonly names: Names;
  /** Secrets that were read: no error may contain them. */
  readonly secrets: string[];
  /** Prints each request and response, with `--debug`; otherwise absent. */
  readonly trace?: Trace | undefined;
  /** The exit code, unless the command throws. */
  exitCode: number;
}

/** Something that was checked, and the result. */
export interface Check {
  /** `skip` if it was not checked. */
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  readonly name: string;
  /** The result. Never contains a secret. */
  readonly message: string;
  /** What to do. */
  readonly todo?: string | undefined;
}

/** How a word looks on a terminal. */
type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

const LABELS = { ok: ['green', 'ok  '], warn: ['yellow', 'warn'], fail: ['red', 'FAIL'], skip: ['dim', '-   '] } as const;
/** Columns for the name of a check. */
const NAME = 19;
const MAX_WIDTH = 100;

/** Prints results to standard output and everything else to standard error: text for people or JSON for programs, never both. */
export class Output {
  /** Whether a program reads it. */
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

  /** A result: `value` as one line of JSON, or the lines for people. */
  show(value: unknown, lines: () => readonly string[] | string): void {
    this.#stdout.write(`${this.json ? toJsonLine(value) : this.#plain([lines()].flat().join('\n'))}\n`);
  }

  /** Text for people that is not broken into lines: help, and results that are printed bit by bit. */
  raw(text: string): void {
    this.#stdout.write(this.#plain(text));
  }

  /** Something beside the results that is not broken into lines, on standard error. */
  trace(value: unknown, lines: () => readonly string[]): void {
    this.#stderr.write(`${this.json ? toJsonLine(value) : escapeControls(lines().join('\n'))}\n`);
  }

  /** A remark for people, beside the results. */
  note(text: string): void {
    if (!this.json) this.#stderr.write(`${wrap(text, this.width).join('\n')}\n`);
  }

  /** Why the command failed, and the command whose help explains it. */
  failure({ exitCode, ...failure }: Failure, help?: string): void {
    if (this.json) {
      this.#stderr.write(`${toJsonLine({ error: { ...failure, exitCode } })}\n`);
      return;
    }
    const label = styleText('red', 'error:', { stream: this.#stderr as NodeJS.WriteStream });
    const [first = '', ...others] = wrap(`error: ${failure.message}`, this.width);
    const hints = [failure.hint, help].flatMap((text) => text?.split('\n') ?? []);
    const more = hints.flatMap((hint) => wrapHanging(hint, this.width - 2).map((line) => `  ${line}`));
    this.#stderr.write(`${[first.replace('error:', () => label), ...others, ...more].join('\n')}\n`);
  }

  /** A progress bar on standard error; `undefined` if it is not a terminal. */
  progress(total: number): Progress | undefined {
    return this.#stderr.isTTY && !this.json && total > 0 ? new Progress(this.#stderr, total) : undefined;
  }

  /** A word in colour, if standard output is a terminal that wants colours. */
  style(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#stdout as NodeJS.WriteStream });
  }

  /** Without control characters, but for the styles of this command. In a file or a pipe there are none. */
  #plain(text: string): string {
    return escapeControls(text, this.style('bold', '-') !== '-');
  }

  /** Names and values in two columns. The values wrap. */
  fields(entries: Readonly<Record<string, string | undefined>>, indent = 0): string[] {
    const known = Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const column = Math.max(...known.map(([name]) => name.length)) + 2;
    return known.flatMap(([name, value]) =>
      wrap(value, Math.max(20, this.width - indent - column)).map((line, at) => {
        const start = at === 0 ? this.style('dim', name) + ' '.repeat(column - name.length) : ' '.repeat(column);
        return ' '.repeat(indent) + start + line;
      }),
    );
  }

  /** Rows in columns. The last column wraps. */
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

  /** What was checked, one result below the other. */
  checklist(checks: readonly Check[]): string[] {
    return checks.flatMap(({ status, name, message, todo }) => {
      const [colour, label] = LABELS[status];
      const margin = ' '.repeat(label.length + NAME + 4);
      const text = [message, ...(todo ? [todo] : [])].flatMap((part) => wrap(part, Math.max(20, this.width - margin.length)));
      const [first = '', ...others] = text;
      return [`  ${this.style(colour, label)}  ${name.padEnd(NAME)}${first}`, ...others.map((line) => margin + line)];
    });
  }
}

/** Shows how far a long task is: one line of a terminal, redrawn. */
export class Progress {
  readonly #sink: Sink;
  readonly #total: number;
  readonly #started = performance.now();
  #drawn = Number.NEGATIVE_INFINITY;

  constructor(sink: Sink, total: number) {
    this.#sink = sink;
    this.#total = total;
  }

  /** At most ten times a second. `total` replaces the number of the start, if a better one is known by now. */
  show(done: number, failed: number, total: number = this.#total): void {
    const now = performance.now();
    if (now - this.#drawn < 100 && done < total) return;
    this.#drawn = now;
    const seconds = Math.ceil(((now - this.#started) / 1_000 / Math.max(1, done)) * (total - done));
    const bar = '#'.repeat(Math.round((done / total) * 24)).padEnd(24, '.');
    const left = done > 0 ? `, ${seconds >= 120 ? `${Math.ceil(seconds / 60)} min` : `${seconds} s`} left` : '';
    this.#sink.write(`\r\u001b[K[${bar}] ${done}/${total}${failed ? `, ${failed} failed` : ''}${left}`);
  }

  clear(): void {
    this.#sink.write('\r\u001b[K');
  }
}
