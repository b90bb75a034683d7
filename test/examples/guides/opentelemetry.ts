/** In place of `@opentelemetry/api`, which this project does not install: it records what a recipe does with it. */

interface RecordedSpan {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: unknown[][];
  status?: { readonly code: number; readonly message?: string };
  isEnded: boolean;
}

/** On the global object, because a bundle has its own copy of this file. */
const recorded = globalThis as unknown as { spans?: RecordedSpan[]; activeSpan?: ReturnType<typeof makeSpan> };

export const SpanKind = { CLIENT: 2 } as const;
export const SpanStatusCode = { ERROR: 2 } as const;

export const trace = {
  getTracer: (_name: string) => ({
    startSpan: (name: string, { attributes = {} }: { readonly attributes?: Readonly<Record<string, unknown>> } = {}) =>
      makeSpan(name, attributes),
  }),
  getActiveSpan: () => recorded.activeSpan,
};

export function makeSpan(name: string, attributes: Readonly<Record<string, unknown>> = {}) {
  const record: RecordedSpan = { name, attributes, events: [], isEnded: false };
  recorded.spans?.push(record);
  return {
    record,
    addEvent: (event: string, details: unknown) => void record.events.push([event, details]),
    recordException: ({ name: error }: Error) => void record.events.push(['exception', error]),
    setStatus: (status: RecordedSpan['status']) => {
      if (status) record.status = status;
    },
    end: () => {
      record.isEnded = true;
    },
  };
}
