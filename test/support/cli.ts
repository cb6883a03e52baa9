import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { runCli } from '../../cli/run-cli.ts'
import type { Terminal } from '../../cli/terminal.ts'

/** What a command has written, and how it ended. */
export interface CommandResult {
  code: number | undefined
  stdout: string
  stderr: string
  /** The lines that others have replaced. */
  progress: string[]
}

/** Runs a command in this process. `terminal` replaces parts of a terminal at which nobody sits. */
export async function runCommand(args: readonly string[], terminal: Partial<Terminal> = {}): Promise<CommandResult> {
  const [stdout, stderr, progress]: [string[], string[], string[]] = [[], [], []]
  const code = await runCli(args, {
    env: {},
    print: (line) => stdout.push(line),
    note: (line) => stderr.push(line),
    progress: (line) => progress.push(line),
    openBrowser() {},
    ...terminal,
  })
  return { code, stdout: stdout.join('\n'), stderr: stderr.join('\n'), progress }
}

/** An empty folder, until the test ends. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}
