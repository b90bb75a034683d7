import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { ALIASES, UNLISTED, UNSURE } from '../../src/amazonpay/carriers/carrier-aliases.ts';
import {
  type CarrierCandidate,
  type CarrierCode,
  carriers,
  type FoundCarrier,
  findCarrier,
  type ListedCarrierCode,
} from '../../src/amazonpay/index.ts';

const codesOf = ({ candidates }: FoundCarrier): string[] => candidates.map(({ code }) => code);
const known = new Map(carriers.map((carrier) => [carrier.code, carrier]));

/** What holds of every answer, whatever was asked. */
function expectSound(found: FoundCarrier): void {
  const { outcome, code, candidates, note } = found;
  expect(new Set(codesOf(found)).size).toBe(candidates.length);
  for (const { match, ...carrier } of candidates) expect(carrier).toEqual(known.get(carrier.code));
  if (outcome === 'found') {
    expect(candidates).toHaveLength(1);
    expect(candidates[0]).toMatchObject({ code, match: expect.stringMatching(/^(exact|alias)$/) });
  } else {
    expect(code).toBeUndefined();
    expect(note).toEqual(expect.any(String));
  }
  if (outcome === 'ambiguous') expect(candidates.filter(({ match }) => match === 'similar')).toEqual([]);
  if (outcome === 'ambiguous') expect(candidates.length).toBeGreaterThan(0);
  if (outcome === 'unsupported') expect(candidates).toEqual([]);
  if (outcome === 'unknown') expect(candidates.filter(({ match }) => match !== 'similar')).toEqual([]);
  if (outcome === 'unknown') expect(candidates.length).toBeLessThanOrEqual(5);
}

describe("Amazon's own codes and names", () => {
  test.each(carriers)('$code and "$name" are found as such', ({ code, name }) => {
    for (const text of [code, name, ` ${name.toUpperCase()} `, name.toLowerCase(), code.toLowerCase().replaceAll('_', '-')]) {
      const found = findCarrier(text);
      expectSound(found);
      expect(found.outcome).toMatch(/^(found|ambiguous)$/);
      expect(found.candidates).toContainEqual({ ...known.get(code), match: 'exact' });
      if (found.code) expect(found.code).toBe(code);
    }
  });

  test('are ambiguous only where several carriers, or carriers and words, share them', () => {
    const texts = carriers.flatMap(({ code, name }) => [code, name]);
    expect(texts.filter((text) => findCarrier(text).outcome !== 'found')).toEqual([
      'APC',
      'DHL',
      'HERMES',
      'INSTANT',
      'JTEXPRESS',
      'Korea Post',
      'LINE',
      'PICKUP',
      'Pickupp',
      'PICK UPP',
      'PICK UPP',
      'POSTNL',
      'POSTNORD',
      'SENDING',
      'SKYNET',
      'SKYPOSTAL',
      'SkyPostal',
      'SMOOTH',
    ]);
  });

  test('give the carrier whose very name it is before one whose code only sounds alike', () => {
    expect(codesOf(findCarrier('Korea Post'))).toEqual(['KPOST', 'KOREA_POST']);
    expect(findCarrier('KOREA_POST').code).toBe('KOREA_POST');
  });

  test('are found without their accents, and with others', () => {
    expect(findCarrier('Ceska posta').code).toBe('CESKA_POSTA');
    expect(findCarrier('C\u030cESKA\u0301 POS\u030cTA').code).toBe('CESKA_POSTA');
    expect(findCarrier('F\u00e9dEx').code).toBe('FEDEX');
  });
});

// What people, Shopify, WooCommerce, Magento and AfterShip write; undefined where a certain answer would be a guess.
const EVERYDAY: readonly (readonly [text: string, outcome: FoundCarrier['outcome'], code?: ListedCarrierCode])[] = [
  ['Evri', 'found', 'MYHERMES_UK'],
  ['EVRi', 'found', 'MYHERMES_UK'],
  ['Evri (Hermes)', 'found', 'MYHERMES_UK'],
  ['Hermes UK', 'found', 'MYHERMES_UK'],
  ['DHL Paket', 'found', 'DHL_DE'],
  ['dhl-germany', 'found', 'DHL_DE'],
  ['DHL Express', 'found', 'DHL'],
  ['DHL Global Mail', 'found', 'DHL_GLOBAL_MAIL'],
  ['DPD', 'found', 'DPD'],
  ['DPD.de', 'found', 'DPD_DE'],
  ['DPD.co.uk', 'found', 'DPD_UK'],
  ['DPD Local', 'found', 'INTERLINK_EXPRESS'],
  ['ParcelForce', 'found', 'PARCEL_FORCE'],
  ['Yamato', 'found', 'TAQBIN_JP'],
  ['Yamato (JA)', 'found', 'TAQBIN_JP'],
  ['ヤマト運輸', 'found', 'TAQBIN_JP'],
  ['ﾔﾏﾄ運輸', 'found', 'TAQBIN_JP'],
  ['クロネコヤマト', 'found', 'TAQBIN_JP'],
  ['佐川急便', 'found', 'SAGAWA'],
  ['Sagawa (EN)', 'found', 'SAGAWA'],
  ['日本郵便', 'found', 'JAPAN_POST'],
  ['ゆうパック', 'found', 'JAPAN_POST'],
  ['西濃運輸', 'found', 'SEINO'],
  ['La Poste', 'found', 'LA_POSTE_COLISSIMO'],
  ['Colissimo', 'found', 'COLISSIMO'],
  ['Chronopost', 'found', 'CHRONOPOST_FRANCE'],
  ['Mondial Relay', 'found', 'MONDIALRELAY'],
  ['Colis Prive', 'found', 'COLIS_PRIVE'],
  ['BRT (Bartolini)', 'found', 'BRT_IT'],
  ['SDA', 'found', 'ITALY_SDA'],
  ['Poste Italiane', 'found', 'POSTE_ITALIANE'],
  ['MRW', 'found', 'MRW_SPAIN'],
  ['Nacex', 'found', 'NACEX_SPAIN'],
  ['Correos Express', 'found', 'CORREOSEXPRESS'],
  ['Correos España', 'found', 'SPAIN_CORREOS_ES'],
  ['United Parcel Service', 'found', 'UPS'],
  ['UPS Ground', 'found', 'UPS'],
  ['Federal Express', 'found', 'FEDEX'],
  ['Fed Ex', 'found', 'FEDEX'],
  ['FedEx®', 'found', 'FEDEX'],
  ['UPS™', 'found', 'UPS'],
  ['United States Postal Service', 'found', 'USPS'],
  ['U.S.P.S.', 'found', 'USPS'],
  ['Lasership', 'found', 'LASERSHIP'],
  ['LSO', 'found', 'LONESTAR'],
  ['R+L Carriers', 'found', 'RL_CARRIERS'],
  ['Kuehne & Nagel', 'found', 'KN'],
  ['Kühne + Nagel', 'found', 'KN'],
  ['NZ Post', 'found', 'NEW_ZEALAND_POST'],
  ['SingPost', 'found', 'SINGAPORE_POST'],
  ['Chukou1', 'found', 'EC_FIRSTCLASS'],
  ['SFC Fulfillment', 'found', 'SFCSERVICE'],
  ['SF Express', 'found', 'SF_EXPRESS'],
  ['PostNord SE', 'found', 'SWEDEN_POSTEN'],
  ['Bring', 'found', 'POSTEN_NORGE'],
  ['CTT', 'found', 'PORTUGAL_CTT'],
  ['PTT', 'found', 'PTT_POSTA'],
  ['4px', 'found', 'PX_4'],
  ['007ex', 'found', 'EX_007'],
  ['17postservice', 'found', 'POSTSERVICE_17'],
  ['2go', 'found', 'GO_2'],
  ['360lion', 'found', 'LION_360'],
  ['800bestex', 'found', 'BESTEX_800'],
  ['spain-correos-es', 'found', 'SPAIN_CORREOS_ES'],
  ['taqbin-jp', 'found', 'TAQBIN_JP'],

  ['DHL', 'ambiguous'],
  ['dhl', 'ambiguous'],
  ['DHL eCommerce', 'ambiguous'],
  ['DHL Parcel', 'ambiguous'],
  ['Hermes', 'ambiguous'],
  ['myHermes', 'ambiguous'],
  ['Deutsche Post', 'ambiguous'],
  ['Österreichische Post', 'ambiguous'],
  ['PostNL', 'ambiguous'],
  ['PostNord', 'ambiguous'],
  ['Correos', 'ambiguous'],
  ['SEUR', 'ambiguous'],
  ['Fastway', 'ambiguous'],
  ['Skynet', 'ambiguous'],
  ['APC', 'ambiguous'],
  ['InPost', 'ambiguous'],
  ['Amazon', 'ambiguous'],
  ['J&T Express', 'ambiguous'],
  ['宅急便', 'ambiguous'],
  ['Pickup', 'ambiguous'],

  ['Royal Mail', 'unsupported'],
  ['royal-mail', 'unsupported'],
  ['Royal Mail Tracked 48®', 'unsupported'],
  ['Amazon Logistics', 'unsupported'],
  ['Amazon Logistics UK', 'unsupported'],
  ['InPost UK', 'unsupported'],
  ['DX', 'unsupported'],
  ['Zásilkovna', 'unsupported'],
  ['Yurtici Kargo', 'unsupported'],
  ['XPO Logistics', 'unsupported'],
  ['福山通運', 'unsupported'],

  ['', 'unknown'],
  [' - ', 'unknown'],
  ['Other', 'unknown'],
  ['Custom Value', 'unknown'],
  ['Flat Rate', 'unknown'],
  ['Free Shipping', 'unknown'],
  ['Standard', 'unknown'],
  ['Express', 'unknown'],
  ['Post', 'unknown'],
  ['Local pickup', 'unknown'],
  ['1Z999AA10123456784', 'unknown'],
  ['https://www.ups.com/track?tracknum=1Z999AA10123456784', 'unknown'],
  ['constructor', 'unknown'],
  ['__proto__', 'unknown'],
  ['UPS or DHL', 'unknown'],
  ['not UPS', 'unknown'],
];

describe('everyday names', () => {
  test.each(EVERYDAY)('%s is %s %s', (text, outcome, code) => {
    const found = findCarrier(text);
    expectSound(found);
    expect(found).toMatchObject({ outcome, code });
  });

  test('that are unsupported are named in the note', () => {
    expect(findCarrier('ROYAL MAIL').note).toBe("there is no code for Royal Mail, which is not on Amazon's list of June 2020");
  });

  test('that are ambiguous have the codes to choose from in the note', () => {
    expect(findCarrier('Hermes', { country: 'GB' }).note).toContain('MYHERMES_UK, HERMES, HERMES_DE, HERMES_IT');
  });

  test('of a carrier that only the older list has come with a note', () => {
    expect(findCarrier('Mondial Relay').note).toContain('MONDIALRELAY is only on the older');
    expect(findCarrier('UPS').note).toBeUndefined();
  });

  test.each([
    ['UPS Worldwide Expedited', 'UPS'],
    ['USPS - Priority Mail 2 Day', 'USPS'],
    ['DPD Next Day', 'DPD'],
    ['DHL Express Germany', 'DHL'],
    ['GLS Germany', 'GLS'],
    ['Purolater', 'PUROLATOR'],
    ['ヤマト運輸株式会社', 'TAQBIN_JP'],
  ])('with more to them, or a slip, only look alike: %s', (text, first) => {
    const found = findCarrier(text);
    expectSound(found);
    expect(found.outcome).toBe('unknown');
    expect(codesOf(found)[0]).toBe(first);
  });

  test('that look like an unsupported one say so', () => {
    expect(findCarrier('Royal Mail Signed For')).toMatchObject({
      outcome: 'unknown',
      candidates: [],
      note: expect.stringContaining('Royal Mail'),
    });
  });
});

describe('the collection of names', () => {
  const names = (list: string): string[] => list.split(', ');

  test.each(Object.entries(ALIASES))('%s is what %s means, and Amazon has it nowhere', (code, list) => {
    for (const name of names(list)) {
      const found = findCarrier(name);
      expectSound(found);
      expect([name, found.code, found.candidates[0]?.match]).toEqual([name, code, 'alias']);
    }
  });

  test.each(UNSURE)('%s is never certain', (list, ...codes) => {
    for (const name of names(list)) {
      const found = findCarrier(name);
      expectSound(found);
      expect(found.outcome).toBe('ambiguous');
      expect(codesOf(found)).toEqual(expect.arrayContaining(codes));
    }
  });

  test('has no unsupported name that Amazon lists', () => {
    expect(names(UNLISTED).filter((name) => findCarrier(name).outcome !== 'unsupported')).toEqual([]);
  });
});

describe('the country', () => {
  test.each([
    ['Hermes', 'DE', 'HERMES_DE'],
    ['Hermes', 'gb', 'MYHERMES_UK'],
    ['Hermes', 'UK', 'MYHERMES_UK'],
    ['Hermes', 'IT', 'HERMES_IT'],
    ['DHL', 'DE', 'DHL_DE'],
    ['DHL eCommerce', 'US', 'DHL_GLOBAL_MAIL'],
    ['Fastway', 'IE', 'FASTWAY_IRELAND'],
    ['SEUR', 'PT', 'PORTUGAL_SEUR'],
    ['Correos', 'MX', 'CORREOS_DE_MEXICO'],
    ['Asendia', 'US', 'ASENDIA_USA'],
  ])('puts first, and does not decide: %s in %s', (text, country, first) => {
    const found = findCarrier(text, { country });
    expectSound(found);
    expect(found.outcome).toBe('ambiguous');
    expect(codesOf(found)[0]).toBe(first);
    expect(codesOf(found).sort()).toEqual(codesOf(findCarrier(text)).sort());
  });

  test('is not taken from the middle of a name', () => {
    expect(codesOf(findCarrier('Correos', { country: 'DE' }))).toEqual(codesOf(findCarrier('Correos')));
  });

  test('changes nothing where the name is certain', () => {
    expect(findCarrier('Yamato', { country: 'GB' })).toEqual(findCarrier('Yamato'));
  });

  test.each(['', 'ZZ', 'Germany', 'D', '..', '\ud800', 7, null, {}])('is passed over where it is none: %j', (country) => {
    expect(findCarrier('Hermes', { country: country as string })).toEqual(findCarrier('Hermes'));
  });
});

describe('any text', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(fc.constantFrom('dhl', 'post', 'Royal', 'Mail', 'UPS', '\ud800', '\u0301', '_', '-', ' ', 'ﷺ')).map((parts) => parts.join('')),
  );

  test('gets a sound answer and never an error', () => {
    fc.assert(fc.property(text, (value) => expectSound(findCarrier(value))));
  });

  test('that is found is found in any case and with any punctuation around', () => {
    const name = fc.constantFrom(...carriers.map((carrier) => carrier.name), ...Object.values(ALIASES).flatMap((list) => list.split(', ')));
    const noise = fc.constantFrom('', ' ', '-', '_', '.', '™', ' – ', '\t', '\u200b');
    fc.assert(
      fc.property(name, noise, noise, fc.boolean(), (value, before, after, upper) => {
        const { code } = findCarrier(value);
        const other = findCarrier(`${before}${upper ? value.toUpperCase() : value.toLowerCase()}${after}`);
        if (code) expect(other.code).toBe(code);
      }),
    );
  });

  test.each([
    ['ten megabytes of one name', 'UPS'.padEnd(10_000_000)],
    ['ten megabytes of accents', '\u0301'.repeat(10_000_000)],
    ['201 characters', 'a'.repeat(201)],
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['an array', ['UPS']],
  ])('that is no name is unknown, and nothing is said of it: %s', (_, value) => {
    expect(findCarrier(value as string)).toEqual({ outcome: 'unknown', code: undefined, candidates: [], note: expect.any(String) });
  });

  test('is never in the note, for it may be a tracking number', () => {
    for (const secret of ['JJD000390007827356', 'Royal Mail JJD000390007827356', 'UPS JJD000390007827356']) {
      expect(JSON.stringify(findCarrier(secret))).not.toContain('JJD0');
    }
  });

  test('gets an answer that a caller may keep and change', () => {
    const first = findCarrier('Hermes');
    (first.candidates as CarrierCandidate[]).length = 0;
    (findCarrier('UPS').candidates as CarrierCandidate[]).pop();
    expect(codesOf(findCarrier('Hermes'))).toHaveLength(4);
    expect(codesOf(findCarrier('UPS'))).toEqual(['UPS']);
  });
});

test('a code that is found fits where a carrier code is asked for', () => {
  const { code } = findCarrier('UPS');
  expectTypeOf(code).toEqualTypeOf<ListedCarrierCode | undefined>();
  if (code) expectTypeOf(code).toExtend<CarrierCode>();
  expect(code).toBe('UPS');
});
