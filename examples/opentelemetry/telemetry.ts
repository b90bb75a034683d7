/**
 * Spans and metrics of a client, by its hooks: `new NdrFeedbackClient({ credentials, hooks: telemetry() })`. Set your SDK up first.
 *
 * Each response becomes a span under the one that is active when you make the call; retries and errors become events of that one. Names of
 * attributes and of the histogram are OpenTelemetry's for HTTP clients. Nothing secret or personal is in them.
 */
import { type Attributes, metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Hooks, ResponseInfo } from 'waybill';

export function telemetry(): Hooks {
  const tracer = trace.getTracer('waybill');
  const meter = metrics.getMeter('waybill');
  const durations = meter.createHistogram('http.client.request.duration', { unit: 's', description: 'Duration of requests to Amazon' });
  const retries = meter.createCounter('waybill.retries', { description: 'Requests that are sent again' });
  const errors = meter.createCounter('waybill.errors', { description: 'Calls that failed' });
  return {
    onResponse: (info) => {
      const { call, attempt, duration, status, requestId } = info;
      const { pathname } = new URL(info.url);
      durations.record(duration / 1_000, labels(info));
      const span = tracer.startSpan(`${info.method} ${pathname}`, {
        kind: SpanKind.CLIENT,
        startTime: Date.now() - duration,
        // Each of these has too many values for a metric.
        attributes: {
          ...labels(info),
          'url.path': pathname,
          'http.request.resend_count': attempt - 1,
          'waybill.call': call,
          ...(requestId && { 'amazon.request_id': requestId }),
        },
      });
      if (status >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
    onRetry: ({ surface, attempt, delay, error }) => {
      retries.add(1, { 'waybill.surface': surface, 'error.type': error.code });
      trace.getActiveSpan()?.addEvent('waybill.retry', { attempt, delay, reason: error.code });
    },
    onError: (error, { surface }) => {
      errors.add(1, { 'waybill.surface': surface, 'error.type': error.code });
      trace.getActiveSpan()?.recordException(error);
    },
  };
}

function labels({ surface, method, url, status }: ResponseInfo): Attributes {
  return {
    'waybill.surface': surface,
    'http.request.method': method,
    'http.response.status_code': status,
    'server.address': new URL(url).hostname,
  };
}
