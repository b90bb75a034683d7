/** What the guides' code blocks import and this project does not install: enough to compile them. */

declare module 'undici' {
  export * from 'undici-7';
}

declare module '@opentelemetry/api' {
  export const SpanKind: { readonly CLIENT: 2 };
  export const SpanStatusCode: { readonly ERROR: 2 };
  interface Span {
    addEvent(name: string, attributes?: Readonly<Record<string, unknown>>): unknown;
    recordException(error: Error): void;
    setStatus(status: { readonly code: number; readonly message?: string }): unknown;
    end(): void;
  }
  interface Tracer {
    startSpan(name: string, options?: Readonly<Record<string, unknown>>): Span;
  }
  export const trace: { getTracer(name: string): Tracer; getActiveSpan(): Span | undefined };
}
