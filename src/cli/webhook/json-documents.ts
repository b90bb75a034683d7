/**
 * Documents of JSON in a file, and the lines that they and their messages are in.
 *
 * @module
 */
import { isJson } from '../files.ts';

/** A document of JSON in a file, and the line that it starts at. */
export interface JsonDocument {
  readonly line: number;
  /** As it is, also if it is damaged. */
  readonly text: string;
}

/**
 * Finds the documents of JSON in lines: one on each line, or each over several lines, as `aws` and `jq` print them one after another. One over
 * several lines starts with a line that is only a bracket, and ends with the next one that closes
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

/** Finds the lines of the messages in a document. One over several lines starts far above most of them. */
export class MessageLines {
  #text: string;
  #line: number;
  /** How far the document was searched, and what for. */
  #at = 0;
  #id: string | undefined;

  constructor({ line, text }: JsonDocument) {
    this.#line = line;
    this.#text = text;
  }

  /** The line that has the id of a message, if the messages are passed in their order. Without an id, the last line that was found. */
  of(id: string | undefined): number {
    if (id === undefined || id === this.#id) return this.#line;
    this.#id = id;
    const found = this.#text.indexOf(JSON.stringify(id), this.#at);
    // The id may be written in another way. To search for each of many would take too long.
    if (found === -1) this.#text = '';
    for (let at = this.#text.indexOf('\n', this.#at); at !== -1 && at < found; at = this.#text.indexOf('\n', at + 1)) this.#line += 1;
    this.#at = Math.max(this.#at, found);
    return this.#line;
  }
}
