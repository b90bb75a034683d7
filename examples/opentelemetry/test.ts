/** With the real SDK, exporters in memory and an emulator of Amazon. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NdrFeedbackClient } from 'waybill/shipping-ndr';
import { AmazonEmulator } from 'waybill/testing';
import { telemetry } from './telemetry.ts';

const spans = new InMemorySpanExporter();
const numbers = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: numbers, exportIntervalMillis: 3_600_000 });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

test('a call that is retried, and one that is refused', async () => {
  const amazon = new AmazonEmulator({ quota: false });
  const credentials = amazon.credentials.lwa;
  const client = new NdrFeedbackClient({ credentials, fetch: amazon.fetch, rateLimiter: false, hooks: telemetry() });
  amazon.fail({ path: '/shipping/v2/ndrFeedback', status: 429, headers: { 'retry-after': '0' } });
  await trace.getTracer('shop').startActiveSpan('decide', async (span) => {
    await client.reattempt('1809561149386', 'Behind the blue gate');
    amazon.fail({ path: '/shipping/v2/ndrFeedback', status: 403 });
    await assert.rejects(client.returnToOrigin('1809561149387'));
    span.end();
  });

  const finished = spans.getFinishedSpans();
  const decide = finished.find(({ name }) => name === 'decide');
  const feedback = finished.filter(({ name }) => name === 'POST /shipping/v2/ndrFeedback');
  assert.deepEqual(
    feedback.map(({ attributes, status }) => [
      attributes['http.response.status_code'],
      attributes['http.request.resend_count'],
      status.code,
    ]),
    [
      [429, 0, 2],
      [204, 1, 0],
      [403, 0, 2],
    ],
  );
  assert.equal(feedback[0]?.attributes['waybill.call'], feedback[1]?.attributes['waybill.call']);
  assert.ok(finished.some(({ name }) => name === 'POST /auth/o2/token'));
  for (const span of finished) if (span !== decide) assert.equal(span.parentSpanContext?.spanId, decide?.spanContext().spanId);
  assert.deepEqual(
    decide?.events.map(({ name }) => name),
    ['waybill.retry', 'exception'],
  );

  await reader.forceFlush();
  const found = numbers.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  const points = (name: string): unknown[] =>
    found.filter(({ descriptor }) => descriptor.name === name).flatMap(({ dataPoints }) => dataPoints.map(({ value }) => value));
  assert.deepEqual([points('waybill.retries'), points('waybill.errors')], [[1], [1]]);
  const counts = points('http.client.request.duration').map((value) => (value as { count: number }).count);
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    4,
  );

  const exported = JSON.stringify([finished.map(({ name, attributes, events }) => [name, attributes, events]), found]);
  for (const secret of ['1809561149386', '1809561149387', 'blue gate', ...Object.values(credentials)]) {
    assert.ok(!exported.includes(secret), 'nothing secret or personal');
  }
});
