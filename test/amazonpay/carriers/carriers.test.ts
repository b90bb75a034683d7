import { describe, expect, expectTypeOf, test } from 'vitest';
import type { CarrierCheck, CarrierCode, DeliveryDetail, ListedCarrierCode } from '../../../src/amazonpay/index.ts';
import { type Carrier, carriers, isCarrierCode } from '../../../src/amazonpay/index.ts';

describe('carriers', () => {
  test('are 474 of list v2 and 35 that only v1 had', () => {
    expect(carriers).toHaveLength(509);
    expect(carriers.filter(({ list }) => list === 'v2')).toHaveLength(474);
    expect(carriers.filter(({ list }) => list === 'v1')).toHaveLength(35);
  });

  test('have one code each, in order, of the characters that a request may have', () => {
    const codes = carriers.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect([...codes].sort()).toEqual(codes);
    expect(codes.filter((code) => !/^[A-Z0-9_]{1,27}$/.test(code))).toEqual([]);
  });

  test('have names of which one occurs twice, so that a name is not a key', () => {
    const names = carriers.map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual(['PICK UPP']);
  });

  test('have accents in the right encoding', () => {
    const accented = carriers.filter(({ name }) => /[^ -~]/.test(name)).map(({ code, name }) => [code, name]);
    expect(Object.fromEntries(accented)).toEqual({
      BH_POSTA: 'JP BH Pošta',
      CESKA_POSTA: 'Česká Pošta',
      COLIS_PRIVE: 'Colis Privé',
      DANSKE_FRAGT: 'Danske Fragtmænd',
      GHN: 'Giao hàng nhanh',
      HRVATSKA_POSTA: 'Hrvatska Pošta',
      LIETUVOS_PASTAS: 'Lietuvos Paštas',
      POSTA_ROMANA: 'Poșta Română',
      SKYPOSTAL: 'Asendia HK – Premium Service (LATAM)',
      SPAIN_CORREOS_ES: 'Correos de España',
    });
  });

  test('are named without superfluous spaces', () => {
    expect(carriers.filter(({ name }) => name === '' || name !== name.trim().replace(/\s+/g, ' '))).toEqual([]);
  });
});

describe('isCarrierCode', () => {
  test('knows every code', () => {
    expect(carriers.filter(({ code }) => !isCarrierCode(code))).toEqual([]);
  });

  test.each([
    '',
    'ups',
    ' UPS',
    'UPS ',
    'EVRI',
    'PICKUPP',
    'constructor',
    '__proto__',
    'U'.repeat(10_000_000),
    null,
    undefined,
    7,
    {},
    ['UPS'],
  ])('is false for what is not a code', (value) => {
    expect(isCarrierCode(value)).toBe(false);
  });

  test('narrows a string to the codes of the list', () => {
    const text: string = 'UPS';
    if (isCarrierCode(text)) expectTypeOf(text).toEqualTypeOf<ListedCarrierCode>();
    else expectTypeOf(text).toEqualTypeOf<string>();
    expect(isCarrierCode(text)).toBe(true);
    expect(['UPS', 'ups'].filter(isCarrierCode)).toEqual(['UPS']);
    expectTypeOf(['UPS'].filter(isCarrierCode)).toEqualTypeOf<ListedCarrierCode[]>();
    expectTypeOf(isCarrierCode).toExtend<CarrierCheck>();
  });

  test.each([
    ['UPS', ['UPS']],
    ['ups', ['UPS']],
    ['dhl-de', ['DHL_DE']],
    ['USP', ['USPS', 'USPS_WEBHOOK']],
    ['UPS Ground', ['UPS']],
    ['hermes', ['HERMES']],
    ['HERMES_UK', ['HERMES']],
    ['Purolater', ['PUROLATOR']],
    ['FEDXE', ['FEDEX']],
    ['Zustellung', []],
    ['', []],
    [' ', []],
    ['荷物', []],
    ['x'.repeat(10_000_000), []],
    [undefined as never, []],
    [7 as never, []],
  ])('finds the codes that are spelt like %.20s: %j', (text, codes) => {
    expect(isCarrierCode.nearest(text)).toEqual(codes);
  });

  test('finds at most three codes, and only listed ones', () => {
    for (const { code, name } of carriers) {
      for (const text of [code.slice(0, 4), name]) {
        const codes = isCarrierCode.nearest(text);
        expect(codes.length).toBeLessThanOrEqual(3);
        expect(codes.filter((found) => !isCarrierCode(found))).toEqual([]);
      }
    }
  });
});

describe('CarrierCode', () => {
  test('completes the codes of the list and accepts any other string', () => {
    expectTypeOf<'DHL_DE'>().toExtend<ListedCarrierCode>();
    expectTypeOf<'ZYLLEM'>().toExtend<ListedCarrierCode>();
    expectTypeOf<'EVRI'>().not.toExtend<ListedCarrierCode>();
    expectTypeOf<string>().not.toExtend<ListedCarrierCode>();
    expectTypeOf<ListedCarrierCode>().toExtend<CarrierCode>();
    expectTypeOf<string>().toExtend<CarrierCode>();
    // If it were widened to string, an editor would have nothing to complete.
    expectTypeOf<CarrierCode>().not.toEqualTypeOf<string>();
    expectTypeOf<Carrier['code']>().toEqualTypeOf<ListedCarrierCode>();
    expectTypeOf<DeliveryDetail['carrierCode']>().toEqualTypeOf<CarrierCode>();
  });
});
