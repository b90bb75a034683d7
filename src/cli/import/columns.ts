/**
 * Which column of a sheet means what: by waybill's names, by the names that others have, or as `--columns` says.
 *
 * @module
 */
import { bareText } from '../../core/cells.ts';
import { type Names, UsageError } from '../failure.ts';
import { type ActionNames, key } from './values.ts';

/** What a column can be for. */
const FIELDS = ['trackingId', 'ndrAction', 'rescheduleDate', 'additionalAddressNotes', 'ndrDueDate'] as const;
type Field = (typeof FIELDS)[number];

/** Names in the sheets of couriers, aggregators and portals, without case, spaces and punctuation. */
const KNOWN: Readonly<Record<Field, string>> = {
  trackingId: 'awb awbcode awbnumber awbno waybill waybillnumber waybillno shippingid trackingnumber trackingno',
  ndrAction: 'action act selleraction',
  rescheduleDate: 'reattemptdate deferreddate deferreddeliverydate preferreddate scheduleddeliverydate newdeliverydate',
  additionalAddressNotes: 'comment comments remark remarks sellerremark sellerremarks addressnotes notes',
  ndrDueDate: 'duedate sla',
};
/** Parts of an address: all that are filled in are joined. */
const ADDRESS = 'address address1 address2 addressline1 addressline2 updatedaddress add landmark';
const POSTAL_CODE = 'pincode droppincode postalcode';
const PHONE = 'phone phonenumber mobile mobilenumber contactnumber alternatephone alternatenumber alternatecustomermobilenumber';
const COURIER =
  'courier couriername couriercompany courierpartner courierservice carrier carriername cpid accountcode deliverypartner shippingpartner logisticspartner';
const AMAZON = 'amazon|amzn|(?<![a-z])ats(?![a-z])';
const IS_AMAZON = new RegExp(AMAZON, 'i');
const IS_NOT_AMAZON = new RegExp(`(?<![a-z])(?:non|not)[^a-z]*(?:${AMAZON})`, 'i');
/** Values of a column that an error names. */
const SHOWN = 5;

/** A column of the file. */
interface Column {
  readonly name: string;
  readonly at: number;
}

/** What the flags say about columns. */
export interface ColumnOptions {
  /** By {@link readPairs}: a field, and the name of its column; empty for none. */
  readonly columns: readonly (readonly [field: string, name: string])[];
  /** A column, and the value that a row must have in it. */
  readonly only: readonly (readonly [name: string, value: string])[];
}

const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
/** What `--only` compares. Nothing but punctuation stands for itself: it is not an empty cell. */
const comparable = (cell: string): string => key(cell) || cell.trim();
const isOneOf = (list: string, name: string): boolean => list.split(' ').includes(plain(name));
const hasLetters = (text = ''): boolean => /\p{L}/u.test(text);
const quoted = (columns: readonly Column[]): string => columns.map(({ name }) => `"${name}"`).join(', ');

/** The columns of a file. */
export class Columns {
  readonly width: number;
  /** What errors call the parts of a row. */
  readonly names: Names;
  readonly #fields: Readonly<Record<Field, readonly Column[]>>;
  readonly #only: readonly (readonly [column: Column, value: string])[];
  readonly #phones: readonly Column[];
  readonly #postalCodes: readonly Column[];
  readonly #couriers: readonly Column[];
  /** What rows that `--only` leaves out have in columns of couriers. In other columns it may be personal data. */
  readonly #found = new Map<Column, Set<string>>();

  /**
   * @param head The first line.
   * @param samples Some rows after it, to guess what a column may be for if its name says nothing.
   * @throws {@link UsageError} if a column is missing, or if there are two of which one is meant.
   */
  constructor(head: readonly string[], samples: readonly (readonly string[])[], options: ColumnOptions, actions: ActionNames) {
    const all = head.map((name, at) => ({ name: name.trim(), at })).filter(({ name }) => name !== '');
    this.width = head.length;
    this.#fields = assign(all, options.columns);
    const missing = (['trackingId', 'ndrAction'] as const).filter((field) => this.#fields[field].length === 0);
    if (missing.length > 0) throw misunderstood(all, missing, guess(all, samples, actions));
    this.#only = options.only.map(([name, value]) => [find(all, '--only', name), comparable(value)]);
    const taken = new Set(Object.values(this.#fields).flat());
    const others = (list: string): readonly Column[] => all.filter((column) => isOneOf(list, column.name) && !taken.has(column));
    this.#phones = others(PHONE);
    this.#postalCodes = all.filter((column) => isOneOf(POSTAL_CODE, column.name) && taken.has(column));
    for (const [column] of this.#only) if (isOneOf(COURIER, column.name)) this.#found.set(column, new Set());
    this.#couriers = this.#found.size > 0 ? [] : others(COURIER);
    this.names = namesOf(this.#fields);
  }

  /** Whether `--only` selects a row. */
  selects(cells: readonly string[]): boolean {
    const isSelected = this.#only.every(([{ at }, value]) => comparable(cells[at] ?? '') === value);
    if (!isSelected) for (const [{ at }, values] of this.#found) if (values.size < SHOWN) values.add((cells[at] ?? '').trim());
    return isSelected;
  }

  /** The error for `--only` that selects no row. */
  nothingSelected(): UsageError {
    const hints = this.#only.map(([column]) => {
      const values = [...(this.#found.get(column) ?? [])].map((value) => `"${value}"`).join(', ');
      return values ? `Column "${column.name}" has, among others, ${values}.` : `Look at the values of column "${column.name}".`;
    });
    return new UsageError('--only leaves out every row', ['Nothing was sent.', ...hints].join('\n'));
  }

  /** The value of a field. Parts of an address are joined. */
  read(cells: readonly string[], field: Field): string {
    const values = this.#fields[field].map(({ at }) => (cells[at] ?? '').trim());
    return values.filter(Boolean).join(', ');
  }

  /** What somebody should know about a row although it can be sent. */
  remarksOn(cells: readonly string[]): readonly string[] {
    const isFilled = ({ at }: Column): boolean => (cells[at] ?? '').trim() !== '';
    const phones = this.#phones.filter(isFilled);
    const couriers = this.#couriers.filter(isFilled);
    const [id] = couriers.some(({ at }) => hasLetters(cells[at])) ? [] : couriers;
    return [
      ...(id
        ? [`column "${id.name}" has only a number for the carrier: if there are parcels of others, pass --only "${id.name}"=NUMBER`]
        : []),
      ...(phones.length > 0 ? [`column ${quoted(phones)} is never sent: enter a phone number in Amazon's portal`] : []),
      ...(this.#postalCodes.some(isFilled)
        ? [`column ${quoted(this.#postalCodes)} is sent as a note: it does not change the address`]
        : []),
    ];
  }

  /** Why a row is about another carrier's parcel, if a column says so and `--only` was not passed for such a column. */
  foreignCarrier(cells: readonly string[]): string | undefined {
    const foreign = this.#couriers.find(({ at }) => {
      const value = cells[at] ?? '';
      // A number is the carrier's id at an aggregator, and says nothing.
      return hasLetters(value) && (!IS_AMAZON.test(value) || IS_NOT_AMAZON.test(value));
    });
    if (!foreign) return undefined;
    return `column "${foreign.name}" names another carrier: pass --only "${foreign.name}"="Amazon Shipping", or whatever stands for it`;
  }
}

function assign(all: readonly Column[], given: ColumnOptions['columns']): Readonly<Record<Field, readonly Column[]>> {
  const wrong = given.find(([field]) => !FIELDS.includes(field as Field));
  if (wrong) throw new UsageError('--columns has a name that is not a part of a decision', `The names are ${FIELDS.join(', ')}.`);
  const entries = FIELDS.map((field) => {
    const own = given.filter(([name]) => name === field);
    if (own.length > 0) return [field, own.flatMap(([, name]) => (name === '' ? [] : [find(all, '--columns', name)]))] as const;
    return [field, known(all, field)] as const;
  });
  return Object.fromEntries(entries) as Record<Field, readonly Column[]>;
}

/** The columns for a field by their names: waybill's own first. */
function known(all: readonly Column[], field: Field): readonly Column[] {
  const own = all.filter(({ name }) => plain(name) === field.toLowerCase());
  const others = all.filter(({ name }) => isOneOf(KNOWN[field], name));
  const [only, another] = own.length > 0 ? own : others;
  if (another) {
    const hint = only?.name === another.name ? 'Rename one of them.' : `Say which: --columns ${field}="${another.name}"`;
    throw new UsageError(own.length > 0 ? `there are two columns "${field}"` : `${field} may be ${quoted(others)}`, hint);
  }
  const parts =
    field === 'additionalAddressNotes' && own.length === 0 ? all.filter(({ name }) => isOneOf(`${ADDRESS} ${POSTAL_CODE}`, name)) : [];
  return [...(only ? [only] : []), ...parts];
}

function find(all: readonly Column[], flag: string, name: string): Column {
  const exact = all.filter((column) => column.name === name);
  const [column, another] = exact.length > 0 ? exact : all.filter((one) => plain(one.name) === plain(name));
  if (!column) throw new UsageError(`${flag} names a column that does not exist`, `The columns are ${quoted(all)}.`);
  if (another) throw new UsageError(`there are two columns "${column.name}"`, 'Rename one of them.');
  return column;
}

/** The error for a sheet whose columns are not known: what it has, what it needs, and what to pass. */
function misunderstood(all: readonly Column[], missing: readonly Field[], guessed: Partial<Record<Field, Column>>): UsageError {
  const found = all.length > 0 ? `The columns found are ${quoted(all)}.` : 'The first line is empty.';
  const pairs = missing.map((field) => `${field}=${guessed[field] ? `"${guessed[field].name}"` : 'COLUMN'}`);
  const other = `The first line must name the columns; waybill's own names are ${FIELDS.join(', ')}, of which the first two are needed.`;
  return new UsageError(
    `there is no column ${missing.map((field) => `"${field}"`).join(' and no column ')}`,
    [
      found,
      `Say which is which: --columns ${pairs.map((pair) => pair.replace(/^(.*?)="(.*)"$/, (_, field, name) => `${field}="${name}"`)).join(',')}`,
      other,
    ].join('\n'),
  );
}

/** What a column may be for, by what is in it. */
function guess(all: readonly Column[], samples: readonly (readonly string[])[], actions: ActionNames): Partial<Record<Field, Column>> {
  const best = (isOne: (cell: string) => boolean): Column | undefined =>
    all.find(({ at }) => {
      const cells = samples.map((cells) => (cells[at] ?? '').trim()).filter(Boolean);
      return cells.length > 0 && cells.every(isOne);
    });
  const trackingId = best((cell) => /^[A-Z]{0,4}\d{8,20}$/i.test(bareText(cell)));
  const ndrAction = best((cell) => actions.has(cell));
  return { ...(trackingId && { trackingId }), ...(ndrAction && { ndrAction }) };
}

function namesOf(fields: Readonly<Record<Field, readonly Column[]>>): Names {
  const name = (field: Field): string => {
    const [first, ...others] = fields[field];
    return first && (others.length > 0 || plain(first.name) !== field.toLowerCase())
      ? `column ${quoted([first, ...others])}`
      : `column ${field}`;
  };
  return {
    trackingId: name('trackingId'),
    ndrAction: name('ndrAction'),
    'ndrRequestData.rescheduleDate': name('rescheduleDate'),
    'ndrRequestData.additionalAddressNotes': name('additionalAddressNotes'),
    dueDate: name('ndrDueDate'),
    allowContactData: '--allow-contact-data',
  };
}
