/** Errors: one family in every entry point, recognised by brand, and safe to log. */
import * as all from 'waybill';
import * as amazonPay from 'waybill/amazonpay';
import * as buyWithPrime from 'waybill/buywithprime';
import * as events from 'waybill/buywithprime/events';
import * as shippingNdr from 'waybill/shipping-ndr';
import * as webhook from 'waybill/shipping-ndr/webhook';
import { assert, equal, failure } from './check.mjs';

const entries = { amazonPay, buyWithPrime, events, shippingNdr, webhook };
const FAMILY = ['WaybillError', 'ValidationError', 'isWaybillError'];

export const errors = {
  'every entry point has the same classes': () => {
    const family = new Map(Object.entries(all));
    for (const [name, entry] of Object.entries(entries)) {
      const own = new Map(Object.entries(entry));
      for (const member of FAMILY) assert(own.has(member) && own.get(member) === family.get(member), `${member} of ${name} is another one`);
    }
  },
  'an error of waybill is recognised by its brand, another is not': async () => {
    const error = await failure(() => all.parseResourcePath(''));
    assert(error instanceof all.ValidationError && error instanceof Error, `got ${error}`);
    assert(all.isWaybillError(error) && !all.isWaybillError(new TypeError('no')) && !all.isWaybillError(null), 'isWaybillError() errs');
    const copy = Object.assign(new Error('of another copy'), { [Symbol.for('waybill.error')]: true });
    assert(all.isWaybillError(copy), 'an error of another copy is not recognised');
  },
  'toJSON() says what happened': async () => {
    const error = await failure(() => all.parseResourcePath('order/1'));
    const { name, code, surface, retryable, issues } = JSON.parse(JSON.stringify(error));
    equal([name, code, surface, retryable, issues.length], ['ValidationError', 'VALIDATION', 'buywithprime', false, 1]);
  },
  'a bad option is refused at construction': async () => {
    for (const make of [
      () => new all.DeliveryTrackerClient(bad(undefined)),
      () => new all.DeliveryTrackerClient(bad({ publicKeyId: '', privateKey: '', region: 'mars' })),
      () => new all.NdrWebhookVerifier({ auth: [] }),
      () => new all.NdrFeedbackClient(bad({})),
      () => new all.BuyWithPrimeClient(bad({})),
    ]) {
      equal((await failure(make)).code, 'CONFIGURATION');
    }
  },
  'no secret is in a client': async () => {
    const credentials = { clientId: 'client', clientSecret: 'hush-hush', refreshToken: 'hush-hush' };
    const clients = [
      new all.NdrFeedbackClient({ credentials }),
      new all.BuyWithPrimeClient({ credentials, targetId: 'bp-1' }),
      new all.NdrWebhookVerifier({ auth: all.apiKey({ keys: 'hush-hush' }) }),
    ];
    for (const client of clients) {
      assert(!`${JSON.stringify(client)}${Object.values(client)}${client}`.includes('hush'), `${client.constructor.name} shows its secret`);
    }
  },
};

/** What TypeScript would refuse. @returns {any} */
function bad(value) {
  return value;
}
