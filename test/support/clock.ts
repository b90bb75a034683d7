import { onTestFinished, vi } from 'vitest';

/** Puts the monotonic clock forward until the test is over; timers and the time of day go on as they are. Returns what passes some milliseconds. */
export function monotonicClock(): (milliseconds: number) => void {
  let passed = 0;
  const real = performance.now.bind(performance);
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => real() + passed);
  onTestFinished(() => spy.mockRestore());
  return (milliseconds) => {
    passed += milliseconds;
  };
}

/** Stops the monotonic clock until the test is over. Returns what passes some milliseconds. */
export function stoppedClock(): (milliseconds: number) => void {
  // Whole, so that no rounding error is added.
  let now = Math.ceil(performance.now());
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => spy.mockRestore());
  return (milliseconds) => {
    now += milliseconds;
  };
}
