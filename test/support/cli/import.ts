import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Amazon, temporaryFolder } from './amazon.ts';
import { type Outcome, waybill } from './terminal.ts';

/** Tomorrow, as a row has it. */
export const tomorrow: string = new Date(Date.now() + 86_400_000).toISOString();

/** A file of three good rows. */
export const goodRows = `trackingId,ndrAction,rescheduleDate,additionalAddressNotes
1,RTO,,
2,RESCHEDULE,${tomorrow},
3,REATTEMPT,,"Second gate, beside the tank"
`;

/** What an import printed, and the cells of its report. */
export interface ImportOutcome extends Outcome {
  readonly report: readonly (readonly string[])[];
}

/** Writes a file and imports it. */
export async function importFile(
  text: string | Uint8Array,
  { amazon, folder }: { readonly amazon: Amazon; readonly folder: ReturnType<typeof temporaryFolder> },
  ...options: string[]
): Promise<ImportOutcome> {
  const file = folder.path('decisions.csv');
  writeFileSync(file, text);
  const outcome = await waybill(['ndr', 'import', file, ...options], amazon);
  const report = folder.path('decisions.report.csv');
  const lines = existsSync(report) ? readFileSync(report, 'utf8').trim().split('\n') : [];
  return { ...outcome, report: lines.map((line) => line.split(',')) };
}

/** The feedback that Amazon accepted, sorted. */
export function accepted({ emulator }: Amazon): string[] {
  return emulator.ndrFeedback.map(({ trackingId, ndrAction }) => `${trackingId} ${ndrAction}`).sort();
}
