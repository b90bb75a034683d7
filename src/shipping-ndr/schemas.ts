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
} from './events/event-schemas.ts';
export { NdrFeedbackSchema } from './feedback/feedback-schemas.ts';
