/** The part of jose that signs tokens. Not with the part that verifies them, because a webhook does not need it. */
export { CompactSign } from 'jose';
