import { basename } from 'node:path'
import type { Reporter, TestModule } from 'vitest/node'

/** Prints the number of tests per runtime at the end of a run, and the sum in a line of its own. */
export default class RuntimeReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const runtimes = new Map<string, number>()
    let passed = 0
    let failed = unhandled.length
    let skipped = 0
    for (const module of modules) {
      if (module.state() === 'failed' && module.children.size === 0) failed++
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed++
        else if (state === 'failed') failed++
        else skipped++
        if (module.project.name !== 'contract' || state !== 'passed') continue
        const runtime = basename(module.moduleId, '.test.ts')
        runtimes.set(runtime, (runtimes.get(runtime) ?? 0) + 1)
      }
    }
    const counts = [...runtimes].sort().map(([runtime, count]) => `${runtime} ${count}`)
    console.log(`contract tests passed: ${counts.join(', ') || 'none'}`)
    console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  }
}
