/**
 * Every schema of this surface.
 *
 * @module
 */
export {
  NdrDetailSchema,
  NdrEventSchema,
  ShippingEventEnvelopeSchema,
  TrackingDetailSchema,
  TrackingEventSchema,
} from './event-schemas.ts';
export { NdrFeedbackSchema } from './feedback-schemas.ts';
