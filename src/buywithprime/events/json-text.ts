/**
 * Text and bytes to JSON, with an error that names the likely cause and quotes nothing.
 *
 * @module
 */
import { decodeUtf8 } from '../../core/bytes.ts';
import { ValidationError } from '../../core/errors.ts';

/** Text or bytes as JSON, also where it was encoded twice; what is neither comes back as it is. */
export function decodeJson(input: unknown): unknown {
  const text = typeof input === 'string' ? input : textOf(input);
  if (text === undefined) return input;
  let value: unknown;
  try {
    value = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    // The parser's own message quotes the text; what it says of the cause differs from runtime to runtime.
    throw notAnEvent(`${text.length} characters that are not JSON: ${causeOf(text)}`);
  }
  return typeof value === 'string' ? decodeJson(value) : value;
}

/** An event could not be made of a value. The message says what was found in its place. */
export function notAnEvent(found: string, hint?: string): ValidationError {
  return new ValidationError('event', [{ message: `expected a Buy with Prime event, got ${found}` }], { surface: 'buywithprime', hint });
}

function causeOf(text: string): string {
  const trimmed = text.trim();
  const start = trimmed.slice(0, 64);
  if (start === '') return 'they are blank';
  if (start.startsWith('[object ')) return 'an object was turned into text without JSON.stringify()';
  if (start.startsWith('businessProduct/')) return 'a resource path without its event, as an input path of a rule target may leave it';
  if (start.startsWith('<')) return 'HTML or XML, it seems';
  if (/^[\w+/-]{16,}={0,2}$/.test(start)) return 'base64, it seems, which must be decoded first';
  // Amazon's own samples have them.
  const comma = text.search(/,\s*[}\]]/) + 1;
  if (comma) return `probably because of the trailing comma at character ${comma}`;
  return /[}\]]/.test(trimmed.slice(-1)) ? 'there is a mistake in the syntax' : 'it does not end with } or ], so it may be cut off';
}

/** The text in bytes of any kind; `undefined` for what is no bytes. */
function textOf(value: unknown): string | undefined {
  // The tag, because an ArrayBuffer of another realm is no instance of ours.
  const isBuffer = ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === '[object ArrayBuffer]';
  return isBuffer ? decodeUtf8(value as ArrayBuffer) : undefined;
}
