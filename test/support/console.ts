import { onTestFinished, vi } from 'vitest';

/** What is written to the console until the test is over, and not shown. */
export function consoleLines(): string[] {
  const lines: string[] = [];
  const spies = (['warn', 'error', 'log', 'info'] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation((...words: unknown[]) => void lines.push(words.map(String).join(' '))),
  );
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  return lines;
}
