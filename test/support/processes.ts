import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

/** Where Node keeps what it has compiled: the tests start the same programs many times. */
const COMPILE_CACHE = `${root}node_modules/.cache/node`

/** A program of this package, started by its script in package.json. */
export interface Program {
  url: string
  /** Its output so far, of stdout and stderr. */
  output(): string
  /** The process that serves. For `serve:workers` that is workerd, a child of the process that was started. */
  pid(): number
  kill(signal?: NodeJS.Signals): Promise<void>
}

/** A program and its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]]

/** The command line of a script. */
export function commandOf(script: string): CommandLine {
  // The scripts begin with `exec`, so that a signal to npm reaches the server and not the shell between them.
  const [, program, ...args] = (scripts[script] ?? '').split(' ')
  if (!program) throw new Error(`package.json has no script ${script}`)
  return [program, ...args]
}

/** Starts a program. Its standard input is empty. */
export function spawnProgram(
  [program, ...args]: CommandLine,
  env: Record<string, string>,
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(program, args, {
    cwd: root,
    env: {
      PATH: `${root}node_modules/.bin:${process.env['PATH']}`,
      HOME: process.env['HOME'],
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** How a program has ended. */
export interface Ending {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs a program to its end. */
export async function runToEnd(command: CommandLine, env: Record<string, string> = {}): Promise<Ending> {
  const child = spawnProgram(command, env)
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code, stdout, stderr }
}

/** Starts a script on any free port, and resolves when it prints its URL. */
export async function start(script: string, env: Record<string, string> = {}): Promise<Program> {
  return await startProgram(commandOf(script), env)
}

/** Starts a module of this package on Node, as `start` does. */
export async function startModule(path: string, env: Record<string, string> = {}): Promise<Program> {
  return await startProgram(['node', path], env)
}

/** Starts a program that serves, and resolves when it prints its URL. */
export async function startProgram(command: CommandLine, env: Record<string, string> = {}): Promise<Program> {
  const child = spawnProgram(command, env)
  const ended = once(child, 'exit')
  let output = ''
  child.stderr.on('data', (said) => {
    output += said
  })
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      output += `${line}\n`
      const listening = /^listening on (\S+)$/.exec(line)
      if (listening?.[1]) resolve(listening[1])
    })
    child.once('error', reject)
    ended.then(() => reject(new Error(`${command.join(' ')} ended before it was listening:\n${output}`)))
  })
  return {
    url,
    output: () => output,
    pid: () => workingProcess(child),
    async kill(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await ended
    },
  }
}

/** The process that serves: workerd if the process that was started has it as a child. */
export function workingProcess(child: ChildProcess): number {
  const pid = child.pid ?? 0
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  const workerd = children.find((id) => readFileSync(`/proc/${id}/comm`, 'utf8').startsWith('workerd'))
  return workerd ? Number(workerd) : pid
}
