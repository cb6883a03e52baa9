import type { Terminal } from './terminal.ts'

/** An option of a command, as `parseArgs` of node:util reads it, and what the help says of it. */
export interface OptionSpec {
  type: 'string' | 'boolean'
  /** Whether it may be given more than once. */
  multiple?: boolean
  /** What its value is, such as `FILE`. */
  value?: string
  help: string
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>

/** A command of `hono-x-media`. */
export interface Command {
  name: string
  /** What it does, in a few words. */
  summary: string
  /** What follows the name. */
  usage: string
  /** More about it, a paragraph each. */
  details: readonly string[]
  options: OptionSpecs
  examples: readonly string[]
  /** Resolves to the exit code; to undefined when the process goes on until a signal ends it. Throws a `UsageError`. */
  run(args: string[], terminal: Terminal): Promise<ExitCode | undefined>
}

/** The exit codes of every command. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The arguments are wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
