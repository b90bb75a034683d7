/**
 * The guides in the order in which one can read them, by chapter: for the navigation, the links to the next guide, `llms.txt` and the search.
 *
 * Titles in the navigation are short; a page's own heading may say more. `words` are what people type to find the guide: a search for one of
 * them finds it first.
 */

/**
 * @typedef {object} Guide
 * @property {string} file name of the Markdown file without its ending, in `docs/guides` or `docs`; also the address of the page
 * @property {string} title in the navigation
 * @property {string} words what it is found by
 */

/** @type {readonly { readonly title: string, readonly guides: readonly Guide[] }[]} */
export const CHAPTERS = [
  {
    title: 'Start',
    guides: [
      { file: 'start', title: 'Start here', words: 'start install installation quickstart getting tutorial typescript' },
      { file: 'playground', title: 'Playground', words: 'playground try demo online' },
    ],
  },
  {
    title: 'Amazon Pay',
    guides: [
      {
        file: 'amazon-pay',
        title: 'Let Alexa announce a delivery',
        words: 'carrier carriers carriercode alexa announcement tracker trackingnumber chargepermissionid kms merchants',
      },
      {
        file: 'debug-a-signature',
        title: 'Debug a signature',
        words: 'invalidrequestsignature signature signing canonical pss salt authorization',
      },
    ],
  },
  {
    title: 'Amazon Shipping',
    guides: [
      {
        file: 'shipping-ndr',
        title: 'From webhook to feedback',
        words: 'ndr feedback reschedule reattempt rto return undeliverable suggestndractions oauth cognito auth0 entra keycloak',
      },
    ],
  },
  {
    title: 'Buy with Prime',
    guides: [
      {
        file: 'buy-with-prime',
        title: 'From event to delivery',
        words: 'delivery_in_transit delivery_completed eventbridge sqs lambda order delivery bwp event',
      },
      {
        file: 'buy-with-prime-subscribe',
        title: 'Subscribe to events',
        words: 'subscribe subscription createeventsubscription authprofile',
      },
      { file: 'buy-with-prime-webhooks', title: 'Signed webhooks', words: 'jwks es384 x-amzn-signature' },
      {
        file: 'buy-with-prime-refunds-and-returns',
        title: 'Refunds and returns',
        words: 'refund_requested refund_completed return_started refund refunds return returns',
      },
      { file: 'buy-with-prime-event-names', title: 'Old and new event names', words: 'package_delivered rename renamed' },
    ],
  },
  {
    title: 'In production',
    guides: [
      {
        file: 'webhooks-in-your-framework',
        title: 'Webhooks in your framework',
        words: 'express fastify hono next nextjs koa connect nestjs sveltekit remix framework health probe',
      },
      { file: 'errors', title: 'Errors, and what is safe to retry', words: '429 503 401 error errors retry retryable hint timeout' },
      {
        file: 'events-twice-and-out-of-order',
        title: 'Events twice and out of order',
        words: 'duplicate duplicates twice idempotency order redelivered redelivery',
      },
      { file: 'secrets', title: 'Secrets and rotation', words: 'secret secrets rotate rotation password vault' },
      { file: 'observability', title: 'Observability', words: 'opentelemetry otel hooks logs metrics traces tracing span pino monitoring' },
      {
        file: 'edge-runtimes-and-sizes',
        title: 'Edge runtimes and sizes',
        words: 'edge workers cloudflare vercel deno bun bundle size kb esm commonjs',
      },
      {
        file: 'scaling',
        title: 'Many processes',
        words: 'scale scaling scaling-out redis postgres postgresql dynamodb sqlite store stores fleet',
      },
      { file: 'security', title: 'Security', words: 'security attack leak leaks threat' },
    ],
  },
  {
    title: 'Test and operate',
    guides: [
      { file: 'testing', title: 'Test without Amazon', words: 'test tests testing emulator mock msw jest vitest playwright fast-check' },
      {
        file: 'proxies-and-fetch',
        title: 'Proxies and your own fetch',
        words: 'proxy proxies fetch ky undici certificate ca keep-alive econnrefused enotfound',
      },
      { file: 'console', title: 'Watch calls and events', words: 'console watch browser ui dashboard devtools' },
      { file: 'command-line', title: 'The waybill command', words: 'cli command doctor send parse' },
    ],
  },
  {
    title: 'Migrate',
    guides: [
      {
        file: 'migrate-from-amazon-pay-sdk',
        title: 'From the Amazon Pay SDK',
        words: 'migrate migration webstoreclient sandbox overrideserviceurl',
      },
      { file: 'migrate-hand-written-ndr', title: 'From your own NDR code', words: 'migrate migration handwritten axios amazon-sp-api' },
    ],
  },
  {
    title: 'Background',
    guides: [
      {
        file: 'documented-and-inferred',
        title: 'What Amazon documents',
        words: 'inferred documented undocumented assumption assumptions',
      },
      { file: 'decisions', title: 'Decisions', words: 'why decision decisions zod dependencies' },
    ],
  },
];

/** The chapter of a guide that is not listed yet: it is reachable, and a test of the site says that it must be listed. */
const OTHER = 'More guides';

/**
 * The chapters with the documents of a project.
 *
 * @template Document
 * @param {ReadonlyMap<string, Document>} documents by the name of their file
 * @returns {readonly { readonly title: string, readonly guides: readonly (Guide & { readonly document: Document })[] }[]}
 */
export function chaptersOf(documents) {
  const listed = new Set(CHAPTERS.flatMap(({ guides }) => guides.map(({ file }) => file)));
  const others = [...documents.keys()].filter((file) => !listed.has(file)).map((file) => ({ file, title: titleOf(file), words: '' }));
  return [...CHAPTERS, { title: OTHER, guides: others }]
    .map(({ title, guides }) => ({
      title,
      guides: guides.flatMap((guide) => {
        const document = documents.get(guide.file);
        return document === undefined ? [] : [{ ...guide, document }];
      }),
    }))
    .filter(({ guides }) => guides.length > 0);
}

/** @param {string} file */
function titleOf(file) {
  const words = file.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
