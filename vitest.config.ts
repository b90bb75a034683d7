import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Two for each core: more than half of the time is spent waiting for sockets and timers.
    maxWorkers: 2 * availableParallelism(),
    // Loading the same modules for each file was a third of the time. A test that patches a global must restore it.
    isolate: false,
    // `npm run test:coverage`. What runs in processes of its own, such as the built command, does not count.
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'html'], reportsDirectory: 'coverage' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          setupFiles: ['test/support/seed.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ['test/packaging/**', 'test/examples/**', 'test/runtime/**', '**/node_modules/**'],
          // Only for what hangs: a busy machine takes several times as long as an idle one.
          testTimeout: 30_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'packaging',
          include: ['test/packaging/**/*.test.ts', 'test/examples/**/*.test.ts'],
          globalSetup: ['test/packaging/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
