import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

interface Manifest {
  exports: Record<string, string | Record<string, string>>
  bin: { 'hono-x-media': string }
}

it('builds every file the package exports, with its declarations, and its command', () => {
  const out = mkdtempSync(join(tmpdir(), 'hono-x-media-'))
  try {
    execFileSync(`${root}node_modules/.bin/tsc`, ['-p', `${root}tsconfig.build.json`, '--outDir', out])
    const { exports, bin }: Manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
    const files = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : Object.values(entry)))
    expect(files).toHaveLength(22)
    expect(files.filter((file) => !existsSync(file.replace('./dist', out)))).toEqual([])
    expect(readFileSync(join(out, bin['hono-x-media'].replace('dist/', '')), 'utf8')).toMatch(
      /^#!\/usr\/bin\/env node\n/,
    )
    expect(readFileSync(join(out, 'src/index.js'), 'utf8')).not.toContain(".ts'")
  } finally {
    rmSync(out, { recursive: true })
  }
})
