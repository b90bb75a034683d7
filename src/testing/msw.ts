/**
 * The emulator behind msw: it responds to requests of any HTTP library to Amazon's hosts. Needs msw 2.
 *
 * @module waybill/testing/msw
 * @see {@link https://mswjs.io | msw}
 */
import { type HttpHandler, HttpResponse, http } from 'msw';
import { assertOption } from '../core/errors.ts';
import type { AmazonEmulator } from './emulator/emulator.ts';
import { SURFACE } from './surface.ts';

/** What the emulator serves; other paths of these hosts are left to you. */
const URLS = [
  /^https:\/\/pay-api\.amazon\.(com|eu|jp)(\/(live|sandbox))?\/v2\/deliveryTrackers\/?(\?.*)?$/,
  /^https:\/\/api\.amazon\.(com|co\.uk|co\.jp)\/auth\/o2\/token(\?.*)?$/,
  /^https:\/\/(sandbox\.)?sellingpartnerapi-(na|eu|fe)\.amazon\.com\/shipping\/v2\/ndrFeedback(\?.*)?$/,
  /^https:\/\/api\.buywithprime\.amazon\.com\/(token|graphql|jwks\.json)(\?.*)?$/,
] as const;

/**
 * Handlers that pass requests to the emulator.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for what is not an emulator.
 *
 * @example With vitest or Jest on Node
 * ```ts
 * import { setupServer } from 'msw/node';
 * import { AmazonEmulator } from 'waybill/testing';
 * import { amazonHandlers } from 'waybill/testing/msw';
 *
 * const emulator = new AmazonEmulator();
 * const server = setupServer(...amazonHandlers(emulator));
 * beforeAll(() => server.listen());
 * afterEach(() => emulator.reset());
 * afterAll(() => server.close());
 * ```
 */
export function amazonHandlers(emulator: AmazonEmulator): HttpHandler[] {
  assertOption(typeof emulator?.fetch === 'function', SURFACE, undefined, 'amazonHandlers() accepts an AmazonEmulator');
  return URLS.map((url) =>
    http.all(url, async ({ request }) => {
      try {
        return await emulator.fetch(request);
      } catch (error) {
        // The emulator closes connections as fetch reports it; msw has its own response for that. To a request that was aborted, such as by a
        // timeout, nobody waits for a response: msw would print the error as one of the handler.
        if (error instanceof TypeError || request.signal.aborted) return HttpResponse.error();
        throw error;
      }
    }),
  );
}
