/**
 * Removes secrets and personal data from foreign strings and errors before they reach an error of waybill, a hook or a log.
 *
 * @module
 */
import { encodeUtf8 } from './bytes.ts';
import { attempt, isObject } from './types.ts';

/** Redacts a string: by what a secret looks like, and by the secrets and personal values of a call. */
export type Redact = (text: string, limit?: number) => string;

// Amazon echoes the caller's signature when it rejects it; proxies and gateways echo whole headers.
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,40}-----[\s\S]*?(?:-----END [A-Z ]{0,40}-----|$)/g, '[redacted key]'],
  [/\b([a-z][a-z\d+.-]{0,20}:\/\/)[^\s/@]{1,200}@/gi, '$1[redacted]@'],
  [/\b(bearer|basic) +[\w.~+/=|-]{8,}/gi, '$1 [redacted]'],
  [/\b(signature"?\s{0,8}[=:]?\s{0,8}"?)\[?[\w+/-]{40,}={0,2}\]?/gi, '$1[redacted]'],
  [/\b(?:Atz[ar](?:\||%7C)[\w.~+/=|%-]*|amzn1\.oa2-cs\.[\w.-]*|eyJ[\w.-]{8,})/g, '[redacted token]'],
  // An e-mail address, and not the version of a package in a path.
  [/[\w.+-]{1,64}@[\w.-]+\.[a-z]{2,}/gi, '[redacted]'],
  [/((?:client_secret|refresh_token|access_token|password)"?\s{0,8}[=:]\s{0,8}"?)[^\s"&,}]+/gi, '$1[redacted]'],
];
const SECRET_NAME = /(?:secret|tokens?|password|signature|authorization|cookie|api[-_]?key)$/i;

/** No response of Amazon's is half as deep, and the stack has an end. */
const MAX_DEPTH = 50;

/** The string without what looks like a key, a signature or a token, at most `limit` characters of it. */
export function redact(text: string, limit = 2_000): string {
  // Cut first, with room for what is about to shrink: this bounds the time too.
  let clean = text.slice(0, limit * 4);
  for (const [pattern, replacement] of SECRETS) clean = clean.replace(pattern, replacement);
  return clean.length > limit ? `${clean.slice(0, limit)}…` : clean;
}

/**
 * A {@link Redact} that also knows values: client secrets, tokens, tracking numbers, notes. Each is found as it is, as in JSON, in a URL,
 * in a form and in HTML. Short values are matched as whole words only, because "2" is part of every hash.
 */
export function redactor(values: readonly (string | undefined)[]): Redact {
  const hidden = [...new Set(values.filter((value): value is string => typeof value === 'string' && value !== ''))];
  if (hidden.length === 0) return redact;
  if (hidden.length > MAX_VALUES) return () => '[redacted]';
  // The longest first: one value may start with another.
  const finders = hidden.sort((a, b) => b.length - a.length).map(finder);
  const longest = Math.min((hidden[0] as string).length, MAX_LENGTH) * MAX_SPELLING;
  return (text, limit) => {
    let clean = text.slice(0, MAX_TEXT);
    for (const { anchor, pattern } of finders) if (clean.includes(anchor)) clean = clean.replace(pattern(), '[redacted]');
    const mayEndInValue = text.length > MAX_TEXT && !clean.endsWith('[redacted]');
    return redact(mayEndInValue ? clean.slice(0, -longest) : clean, limit);
  };
}

/** The credentials in headers of a request. */
export function credentialsIn(headers: Readonly<Record<string, string>>): readonly (string | undefined)[] {
  return Object.values(headers).map((value) => /^(?:bearer|basic) +(.+)$/i.exec(value)?.[1]);
}

/** With more values than this nothing is shown: searching for each would take too long. */
const MAX_VALUES = 1_000;
/** Characters that are searched: far more than are ever shown. */
const MAX_TEXT = 200_000;
/** Characters that one may be spelt with. */
const MAX_SPELLING = 32;
/** Of a longer value only the start is searched, and what may belong to it is dropped: engines limit the size of a pattern. */
const MAX_LENGTH = 300;
/** A signature or a token: its end is known by its characters, in every spelling. */
const TOKEN = /^[\w+/=|.~-]+$/;
const REST_OF_TOKEN = '[\\w+/=|.~%\\\\&#;-]*';

/** Where a word starts or ends, also beside a character that is percent-encoded. */
const START = '(?:(?<![\\p{L}\\p{N}_])|(?<=%[\\dA-Fa-f]{2}))';
const END = '(?![\\p{L}\\p{N}_])';

/** Finds a value. The anchor is part of every spelling of it: most strings contain no value, and compiling a pattern is slow. */
function finder(value: string): { readonly anchor: string; readonly pattern: () => RegExp } {
  // Without half a surrogate pair at its end.
  const start = value.slice(0, MAX_LENGTH).replace(/[\uD800-\uDBFF]$/, '');
  const [anchor = ''] = (start.match(/\w+/g) ?? []).sort((a, b) => b.length - a.length);
  let made: RegExp | undefined;
  const make = (): RegExp => {
    // A backslash belongs to what follows it: it looks the same as one that escapes.
    const pattern = (start.match(/\\*[^\\]|\\+$/gu) ?? []).map(spelling).join('');
    if (value.length > MAX_LENGTH) return new RegExp(`${pattern}${TOKEN.test(value) ? REST_OF_TOKEN : '[\\s\\S]*'}`, 'gu');
    return new RegExp(value.length < 8 ? `${START}${pattern}${END}` : pattern, 'gu');
  };
  return {
    anchor,
    pattern: () => {
      made ??= make();
      return made;
    },
  };
}

/** A backslash, in a URL and in HTML too. */
const BACKSLASH = '(?:\\\\|%(?:25){0,3}5[cC]|&#(?:92|[xX]5[cC]);)';

/**
 * How a character, and the backslashes before it, may be spelt: as it is, escaped in JSON (also in JSON inside JSON), in a URL or a form,
 * in HTML. No string matches in two ways, so a search takes linear time.
 */
function spelling(text: string): string {
  const character = text.replace(/^\\+/, '');
  const hasBackslash = character !== text;
  const backslashes = hasBackslash ? `${BACKSLASH}{1,46}` : '';
  if (/^\w?$/.test(character)) return `${backslashes}${character}`;
  const raw = character.replace(/[\^$.*+?()[\]{}|/]/g, '\\$&');
  const percent = Array.from(encodeUtf8(character), (byte) => `%(?:25){0,3}${hex(byte, 2)}`).join('');
  const code = character.codePointAt(0) as number;
  const entity = `&(?:#0{0,6}${code}|#[xX]0{0,6}${hex(code, 1)}${ENTITIES[character] ?? ''});`;
  const literal = `${raw}|${percent}|${entity}${character === ' ' ? '|\\+' : ''}`;
  const units = Array.from({ length: character.length }, (_, at) => `u${hex(character.charCodeAt(at), 4)}`).join(`${BACKSLASH}{1,15}`);
  const escaped = `${units}${Object.hasOwn(ESCAPES, character) ? `|${ESCAPES[character]}` : ''}`;
  if (hasBackslash) return `${backslashes}(?:${literal}|${escaped})`;
  return `(?:${BACKSLASH}{0,15}(?:${literal})|${BACKSLASH}{1,15}(?:${escaped}))`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f' };
const ENTITIES: Readonly<Record<string, string>> = { '&': '|amp', '<': '|lt', '>': '|gt', '"': '|quot', "'": '|apos' };

/** A number in hexadecimal, in either case. */
function hex(number: number, length: number): string {
  return number
    .toString(16)
    .padStart(length, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/** Values of a JSON body that an error contains. */
const MAX_ITEMS = 10_000;

/** Redacts every string and number inside a value parsed from JSON, and everything below a name of a secret. Bounded in depth and size. */
export function redactJson(value: unknown, clean: Redact = redact): unknown {
  let items = 0;
  const visit = (item: unknown, cleanItem: Redact, depth: number): unknown => {
    items += 1;
    if (items > MAX_ITEMS) return '…';
    if (typeof item === 'string') return cleanItem(item, 20_000);
    // A tracking number may be echoed as a number. One that is too large to be exact cannot be compared any more.
    if (typeof item === 'number') {
      return Math.abs(item) <= Number.MAX_SAFE_INTEGER && cleanItem(String(item)) === String(item) ? item : '[redacted]';
    }
    if (!isObject(item)) return item;
    if (depth > MAX_DEPTH) return '…';
    if (Array.isArray(item)) return item.slice(0, MAX_ITEMS).map((each) => visit(each, cleanItem, depth + 1));
    const entries = Object.entries(item).slice(0, MAX_ITEMS);
    return Object.fromEntries(
      entries.map(([key, each]) => [clean(key, 200), visit(each, SECRET_NAME.test(key) ? () => '[redacted]' : cleanItem, depth + 1)]),
    );
  };
  return visit(value, clean, 0);
}

/** What is copied from a foreign error. */
export interface ErrorSummary {
  readonly name: string;
  readonly message: string;
  /** The first code in the chain of causes, such as `ENOTFOUND`. */
  readonly code: string | undefined;
}

/** The deepest chain of causes that runtimes build is four. */
const MAX_CAUSES = 6;

/** Name, redacted message and code of a foreign error. Never throws, whatever the error is. */
export function summarise(error: unknown, clean: Redact = redact): ErrorSummary {
  const messages: string[] = [];
  let code: string | undefined;
  let name: string | undefined;
  try {
    for (let at: unknown = error, depth = 0; isObject(at) && depth < MAX_CAUSES; depth += 1) {
      const link = at as Readonly<Partial<Record<'name' | 'message' | 'code' | 'cause' | 'errors', unknown>>>;
      name ??= typeof link.name === 'string' ? clean(link.name, 100) : undefined;
      if (typeof link.message === 'string' && link.message) messages.push(clean(link.message, 300));
      // In capitals on Node and Deno, as a name on Bun: ConnectionRefused. Of SQL five characters: 40001.
      if (typeof link.code === 'string' && /^(?:[A-Z]\w{2,59}|[\dA-Z]{5})$/.test(link.code) && clean(link.code) === link.code)
        code ??= link.code;
      // An AggregateError holds one failure for each address that was tried.
      at = link.cause ?? (Array.isArray(link.errors) ? link.errors[0] : undefined);
    }
    if (typeof error === 'string') messages.push(clean(error, 300));
  } catch {
    // A getter or a proxy threw: what was read so far is all there is.
  }
  return { name: name ?? 'Error', message: [...new Set(messages)].join(': '), code };
}

/** A frame of V8, or of other engines; a line of a message does not look like one. */
const FRAME = /^(?:\s+at .{1,400}|[^\s@]{0,200}@.{1,400}):\d+:\d+\)?$/;

/**
 * A copy of a foreign error that is safe to keep as a `cause`: name, code, redacted message and frames. The original may hold the request
 * with its headers (ky, axios), or the raw bytes of a response that echoes the request (undici).
 */
export function copyError(error: unknown, clean: Redact = redact): Error {
  const { name, message, code } = summarise(error, clean);
  const copy = new Error(message);
  Object.defineProperty(copy, 'name', { value: name, configurable: true });
  Object.defineProperty(copy, 'stack', { value: [`${name}: ${message}`, ...frames(error, clean)].join('\n'), configurable: true });
  return code === undefined ? copy : Object.assign(copy, { code });
}

function frames(error: unknown, clean: Redact): readonly string[] {
  const stack = attempt(() => (error as { readonly stack?: unknown }).stack);
  // Without the first lines, which contain the message.
  const lines = typeof stack === 'string' ? stack.split('\n').filter((line) => FRAME.test(line)) : [];
  return lines.map((line) => clean(line, 500));
}
