/**
 * The form that fires an event.
 *
 * @module
 */
import type { FireInput } from '../events.ts';
import type { Snapshot } from '../view.ts';
import { byId, el, onSubmit, readJson } from './dom.ts';

/** Labels of the two fields of each mechanism; without a label the field is not shown. */
const FIELDS: Readonly<Record<string, { readonly name?: string; readonly initial?: string; readonly secret?: string }>> = {
  none: {},
  apiKey: { name: 'Header', initial: 'x-api-key', secret: 'Key' },
  query: { name: 'Parameter', initial: 'key', secret: 'Value' },
  basic: { name: 'User name', initial: 'amazon', secret: 'Password' },
  bearer: { secret: 'Token' },
  signature: {},
};

const EXAMPLES: Readonly<Record<string, string>> = {
  'NDR Events': '{ "detail": { "reasonCode": "Wrong address" } }',
  'Tracking Detail': '{ "detail": { "eventCode": "Delivered" } }',
};

const type = byId<HTMLSelectElement>('type');
const auth = byId<HTMLSelectElement>('auth');

/** Offers these events. */
export function setEvents(events: Snapshot['events']): void {
  if (type.options.length > 0) return;
  type.append(...events.map(({ service, types }) => el('optgroup', { label: service }, ...types.map((name) => el('option', {}, name)))));
  showExample();
}

function showExample(): void {
  byId<HTMLTextAreaElement>('overrides').placeholder = EXAMPLES[type.value] ?? '{ "ids": { "orderId": "322-ABC1-AAAAAA" } }';
}

function showFields(): void {
  const { name, initial = '', secret } = FIELDS[auth.value] ?? {};
  byId('auth-name-field').hidden = name === undefined;
  byId('auth-name-label').textContent = name ?? '';
  byId<HTMLInputElement>('auth-name').value = initial;
  byId('secret-field').hidden = secret === undefined;
  byId('secret-label').textContent = secret ?? '';
  byId<HTMLInputElement>('secret').value = '';
}

function authOf(mechanism: string, name: string, secret: string): FireInput['auth'] {
  switch (mechanism) {
    case 'apiKey':
      return { type: mechanism, header: name, key: secret };
    case 'query':
      return { type: mechanism, name, value: secret };
    case 'basic':
      return { type: mechanism, username: name, password: secret };
    case 'bearer':
      return { type: mechanism, token: secret };
    case 'signature':
      return { type: mechanism };
    default:
      return { type: 'none' };
  }
}

type.addEventListener('change', showExample);
auth.addEventListener('change', showFields);
showFields();

onSubmit('fire', (values) => {
  const { type: event = '', to = '', damage, overrides = '', authName = '', secret = '' } = values;
  const replaced = readJson(overrides, 'overrides') as object | undefined;
  return {
    type: event,
    to,
    auth: authOf(values['auth'] ?? '', authName, secret),
    duplicates: Number(values['duplicates']),
    late: Number(values['late']),
    maxRetries: Number(values['maxRetries']),
    ...(damage && { damage: damage as NonNullable<FireInput['damage']> }),
    ...(replaced !== undefined && { overrides: replaced }),
  };
});
