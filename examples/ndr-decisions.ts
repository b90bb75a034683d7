/**
 * Submits a CSV file of decisions about undelivered shipments, and prints a line for each.
 *
 *     npm install waybill csv-parse
 *     node examples/ndr-decisions.ts decisions.csv
 *
 * The first line names the columns: trackingId, ndrAction (RESCHEDULE, REATTEMPT or RTO), and if needed rescheduleDate
 * (2026-03-01T09:00:00+05:30) and additionalAddressNotes. `waybill ndr import` does more: it resumes after a crash, and finds rows that a
 * spreadsheet damaged.
 *
 * LWA_CLIENT_ID, LWA_CLIENT_SECRET, LWA_REFRESH_TOKEN
 * SP_API_URL, LWA_URL       only for an emulator
 */
import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { type NdrFeedback, NdrFeedbackClient } from 'waybill/shipping-ndr';

const { LWA_CLIENT_ID = '', LWA_CLIENT_SECRET = '', LWA_REFRESH_TOKEN = '', SP_API_URL: baseUrl, LWA_URL: tokenUrl } = process.env;
const client = new NdrFeedbackClient({
  credentials: { clientId: LWA_CLIENT_ID, clientSecret: LWA_CLIENT_SECRET, refreshToken: LWA_REFRESH_TOKEN },
  baseUrl,
  tokenUrl,
});

async function* decisions(file: string): AsyncGenerator<NdrFeedback> {
  const rows: AsyncIterable<Record<string, string>> = createReadStream(file).pipe(
    // A row may end early. One with more cells than the first line ends the batch: its notes may be cut.
    parse({ bom: true, columns: true, relax_column_count_less: true, skip_empty_lines: true, trim: true }),
  );
  for await (const { trackingId, ndrAction, rescheduleDate, additionalAddressNotes } of rows) {
    // The client validates each: a bad row fails and does not stop the others.
    const ndrRequestData = { ...(rescheduleDate && { rescheduleDate }), ...(additionalAddressNotes && { additionalAddressNotes }) };
    yield { trackingId, ndrAction, ...(Object.keys(ndrRequestData).length > 0 && { ndrRequestData }) } as NdrFeedback;
  }
}

try {
  for await (const { status, feedback, error } of client.submitMany(decisions(process.argv[2] ?? 'decisions.csv'))) {
    console.log(`${feedback.trackingId} ${status}${error instanceof Error ? `: ${error.message}` : ''}`);
    if (status === 'failed') process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof CsvError)) throw error;
  // The rest of the error quotes the file.
  console.error(`stopped at line ${error['lines']}: ${error.code}`);
  process.exitCode = 1;
}
