/**
 * The schemas of Amazon Shipping's payloads for every validator that supports Standard Schema.
 *
 * @module
 * @see {@link https://standardschema.dev | Standard Schema}
 */
import { toStandardSchema } from '../core/schema.ts';
import type { StandardSchemaV1 } from '../core/types.ts';
import * as events from './events/schemas.ts';
import * as feedback from './feedback/feedback.ts';

/** Checks an NDR event as Amazon posts it. Keeps unknown properties. */
export const NdrEventSchema: StandardSchemaV1<unknown, events.NdrEventPayload> = /* @__PURE__ */ toStandardSchema(events.NdrEventSchema);

/** Checks the detail of an NDR event. Keeps unknown properties. */
export const NdrDetailSchema: StandardSchemaV1<unknown, events.NdrEventPayload['detail']> = /* @__PURE__ */ toStandardSchema(
  events.NdrDetailSchema,
);

/** Checks a tracking event as Amazon posts it. Keeps unknown properties. */
export const TrackingEventSchema: StandardSchemaV1<unknown, events.TrackingEventPayload> = /* @__PURE__ */ toStandardSchema(
  events.TrackingEventSchema,
);

/** Checks the detail of a tracking event. Keeps unknown properties. */
export const TrackingDetailSchema: StandardSchemaV1<unknown, events.TrackingEventPayload['detail']> = /* @__PURE__ */ toStandardSchema(
  events.TrackingDetailSchema,
);

/**
 * Checks the input of {@link NdrFeedbackClient.submit}, except for what depends on the current time and what is a guess: that a date is in the
 * future, and that notes contain no contact data.
 */
export const NdrFeedbackSchema: StandardSchemaV1<unknown, feedback.NdrFeedback> = /* @__PURE__ */ toStandardSchema(
  feedback.NdrFeedbackSchema,
);
