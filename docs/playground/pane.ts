/** What a part of the playground is made of: fields, and a function from their values to what is shown. */
import { isWaybillError } from 'waybill/buywithprime/events';
import { type Child, code, el, note, verdict } from './dom.ts';

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  /** Initial value. For `checks`: names separated by spaces. */
  readonly value: string;
  /** @default 'line' */
  readonly kind?: 'line' | 'area' | 'choice' | 'checks';
  /** Two fit beside each other. */
  readonly isShort?: boolean;
  /** Height of an area. */
  readonly rows?: number;
  /** Of a choice, and of checks: value and label. */
  readonly options?: readonly (readonly [value: string, label: string])[];
  /** Texts that can be put into an area. */
  readonly samples?: readonly { readonly name: string; readonly text: string }[];
  /** Never part of the address. */
  readonly isSecret?: boolean;
}

export type Values = Readonly<Record<string, string>>;

export interface Pane {
  readonly id: string;
  readonly name: string;
  /** What it is for, in one sentence. */
  readonly about: string;
  readonly fields: readonly Field[];
  /** Buttons: a label, and new values for some fields. */
  readonly actions?: readonly (readonly [label: string, act: () => Promise<Values>])[];
  run(values: Values): Child | Promise<Child>;
}

/** An error as the library words it: what a log would say. */
export function failure(error: unknown): Child {
  const { name, message, hint, code: kind, issues } = readError(error);
  return [
    verdict('bad', kind ? `${name} · ${kind}` : name),
    el('p', { class: 'pg-message' }, message),
    hint && note(hint),
    issues.length > 1 &&
      el(
        'ul',
        {},
        issues.map(({ path = [], message: text }) => el('li', {}, code(path.map(String).join('.') || '(the whole)'), ` ${text}`)),
      ),
  ];
}

function readError(error: unknown): {
  readonly name: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly code: string | undefined;
  readonly issues: readonly { readonly path?: readonly PropertyKey[]; readonly message: string }[];
} {
  if (!isWaybillError(error)) {
    const { name = 'Error', message = String(error) } = (error ?? {}) as Partial<Error>;
    return { name, message, hint: undefined, code: undefined, issues: [] };
  }
  return {
    name: error.name,
    message: error.message,
    hint: error.hint,
    code: error.code,
    issues: error.code === 'VALIDATION' ? error.issues : [],
  };
}
