import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buyWithPrimeEvent } from 'waybill/testing';
import { runExample, stage } from '../support/examples.ts';

const amazon = stage();
const found = 'IN_TRANSIT 88eaa8941c-b27324fb27 6aa26b8761-0868dbc493\n';

test('buywithprime.ts reads an event of EventBridge from a file', async () => {
  const file = join(amazon.folder, 'event.json');
  writeFileSync(file, JSON.stringify(buyWithPrimeEvent('DELIVERY_IN_TRANSIT')));
  expect(await runExample('buywithprime.ts', [file], amazon.buyWithPrime)).toEqual({ code: 0, output: found });
});

test('buywithprime.ts reads a batch of SQS from standard input', async () => {
  const records = ['PACKAGE_DELIVERED', 'BUYABILITY_CHANGED'].map((type) => ({
    messageId: type,
    eventSource: 'aws:sqs',
    body: JSON.stringify(buyWithPrimeEvent(type)),
  }));
  const batch = JSON.stringify({ Records: records });
  const both = `${found}nothing to do for BUYABILITY_CHANGED\n`;
  expect(await runExample('buywithprime.ts', [], amazon.buyWithPrime, batch)).toEqual({ code: 0, output: both });
});
