import { availableParallelism } from 'node:os'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** Over real sockets, five runtimes on as few as two cores: no test may fail for being slow. Milliseconds. */
const PATIENCE_MS = 60_000

/** For uploads that go on while their servers die again and again. Milliseconds. */
const LONG_MS = 900_000

/** What these hold is measured: no other file may leave garbage in their heap. */
const MEASURED = ['long-media', 'mp4-hostile'].map((name) => `test/unit/media/${name}.test.ts`)

const shared = { testTimeout: PATIENCE_MS, hookTimeout: PATIENCE_MS, expect: { poll: { timeout: PATIENCE_MS / 2 } } }

const config: ViteUserConfig = defineConfig({
  test: {
    reporters: ['default', './test/support/reporter.ts'],
    dangerouslyIgnoreUnhandledErrors: false,
    // Many tests wait for a server or a clock: two cores bear three workers.
    maxWorkers: Math.max(3, availableParallelism()),
    projects: [
      // Its files leave no state behind, so those of a worker share what they import.
      {
        test: {
          ...{ name: 'unit', include: ['test/unit/**/*.test.ts'], exclude: MEASURED, ...shared },
          ...{ pool: 'threads', isolate: false },
        },
      },
      { test: { name: 'memory', include: MEASURED, ...shared } },
      { test: { name: 'contract', include: ['test/contract/*.test.ts'], ...shared } },
      { test: { name: 'long', include: ['test/long/*.test.ts'], ...shared, testTimeout: LONG_MS } },
    ],
  },
})

export default config
