/**
 * The schemas of Amazon Shipping's payloads for any validator that knows Standard Schema.
 *
 * @module
 * @see {@link https://standardschema.dev | Standard Schema}
 */
import { toStandardSchema } from '../core/schema.ts';
import type { StandardSchemaV1 } from '../core/types.ts';
import type { NdrDetail, NdrEventPayload, TrackingDetail, TrackingEventPayload } from './events/event-schemas.ts';
import type { NdrFeedback } from './feedback/feedback-schemas.ts';
import * as schemas from './schemas.ts';

/** Checks an NDR event as Amazon posts it. Keeps what Amazon adds. */
export const NdrEventSchema: StandardSchemaV1<unknown, NdrEventPayload> = /* @__PURE__ */ toStandardSchema(schemas.NdrEventSchema);

/** Checks the detail of an NDR event. Keeps what Amazon adds. */
export const NdrDetailSchema: StandardSchemaV1<unknown, NdrDetail> = /* @__PURE__ */ toStandardSchema(schemas.NdrDetailSchema);

/** Checks a tracking event as Amazon posts it. Keeps what Amazon adds. */
export const TrackingEventSchema: StandardSchemaV1<unknown, TrackingEventPayload> = /* @__PURE__ */ toStandardSchema(
  schemas.TrackingEventSchema,
);

/** Checks the detail of a tracking event. Keeps what Amazon adds. */
export const TrackingDetailSchema: StandardSchemaV1<unknown, TrackingDetail> = /* @__PURE__ */ toStandardSchema(
  schemas.TrackingDetailSchema,
);

/**
 * Checks what {@link NdrFeedbackClient.submit} takes, but for what depends on the present time and what is a guess: that a date
 * lies ahead, and that notes hold no contact data.
 */
export const NdrFeedbackSchema: StandardSchemaV1<unknown, NdrFeedback> = /* @__PURE__ */ toStandardSchema(schemas.NdrFeedbackSchema);
