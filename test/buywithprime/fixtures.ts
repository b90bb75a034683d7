import { readFileSync } from 'node:fs';

/** A sample as text. */
export function fixtureText(name: string): string {
  return readFileSync(new URL(`../fixtures/buywithprime/${name}`, import.meta.url), 'utf8');
}

/** A sample as JSON. */
export function fixture(name: string): Record<string, unknown> {
  return JSON.parse(fixtureText(name));
}

/** Every sample of an EventBridge event, by its name. */
export const eventBridgeSamples: readonly { readonly page: string; readonly event: Record<string, unknown> }[] = JSON.parse(
  fixtureText('eventbridge-samples.json'),
);

/** Amazon's first sample, with changes. */
export function deliveryInTransit(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...eventBridgeSamples[0]?.event, ...changes };
}
