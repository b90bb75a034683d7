/**
 * Documents of JSON in a file or a stream: one on each line, or each over several lines, as `aws` and `jq` print them one after another.
 *
 * @module
 */

/** A document, and the line that it starts at. */
export interface JsonDocument {
  readonly line: number;
  /** As it is, also if it is damaged. */
  readonly text: string;
}

/**
 * Joins the lines of a document. A document over several lines starts with a line that is only a bracket, and ends with the next one that closes
 * a bracket without indentation. What is not JSON then is returned line by line: a damaged line takes nothing with it.
 */
export class JsonDocuments {
  #line = 0;
  #open: JsonDocument[] = [];

  /** Adds a line, and returns what is complete. */
  add(text: string): readonly JsonDocument[] {
    this.#line += 1;
    const added = { line: this.#line, text };
    if (this.#open.length === 0 && !/^[{[]\s*$/.test(text)) return [added];
    this.#open.push(added);
    return /^[}\]]\s*$/.test(text) ? this.end() : [];
  }

  /** Returns what is left at the end. */
  end(): readonly JsonDocument[] {
    const lines = this.#open;
    this.#open = [];
    const text = lines.map((line) => line.text).join('\n');
    const [first] = lines;
    return first && isJson(text) ? [{ line: first.line, text }] : lines;
  }
}

/** Whether a string is JSON. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
