/** Where `waybill emulator` serves its console. */
import { expect, test } from 'vitest';
import { jsonLines, type Outcome, unwrapped, waybill } from '../../support/cli/terminal.ts';
import { freePort } from '../../support/examples.ts';

/** Runs the command until `use` is done. */
async function served(argv: readonly string[], use: (console: string | null) => unknown = () => undefined): Promise<Outcome> {
  const interrupted = new AbortController();
  let used: Promise<unknown> | undefined;
  const outcome = await waybill(['emulator', '--json', ...argv], {
    signal: interrupted.signal,
    onStdout: (text) => {
      const [first] = jsonLines(text) as { readonly console: string | null }[];
      used ??= Promise.resolve(use(first?.console ?? null)).finally(() => interrupted.abort());
    },
  });
  await used;
  return outcome;
}

test('is on this machine only, also if the emulator is not, and ends with open pages', async () => {
  const { code } = await served(['--port', '0', '--host', '0.0.0.0'], async (console) => {
    expect(console).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${console}/events`)).headers.get('content-type')).toBe('text/event-stream');
  });
  expect(code).toBe(0);
});

test('is not served on request', async () => {
  const seen: unknown[] = [];
  expect(await served(['--port', '0', '--no-console'], (console) => seen.push(console))).toMatchObject({ code: 0 });
  expect(seen).toEqual([null]);
});

test('has the port that was asked for, or says that it is in use', async () => {
  const port = String(await freePort());
  await served(['--port', '0', '--console', port], async (console) => {
    expect(console).toBe(`http://127.0.0.1:${port}`);
    const { code, stderr } = await waybill(['emulator', '--port', '0', '--console', port]);
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(/another program listens there.*--console/)]);
    // Nobody asked for the port after --port: another one is used.
    await served(['--port', String(Number(port) - 1)], (other) => expect(other).not.toBe(console));
  });
});
