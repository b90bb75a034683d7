import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Half of the time is waiting for sockets and timers: a worker a core is not too many, on two cores least of all.
    maxWorkers: '100%',
    // A third of the time was loading the same modules for each file anew. A test that patches a global has to put it back.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/packaging/**', 'test/runtime/**', '**/node_modules/**'],
          // Ends what hangs; how fast it is says the benchmark. A busy machine needs several times as long as an idle one.
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'packaging',
          include: ['test/packaging/**/*.test.ts'],
          globalSetup: ['test/packaging/global-setup.ts'],
          testTimeout: 30_000,
        },
      },
    ],
  },
});
