import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Program, start, workingProcess } from '../test/support/processes.ts'

/** The runtimes that the package has a server for. */
export const TARGETS = ['node', 'express', 'deno', 'bun', 'workers'] as const
export type Target = (typeof TARGETS)[number]

/** A program that is being measured. */
export type Measured = Pick<Program, 'url' | 'pid' | 'kill'>

const SECRETS = { X_BEARER_TOKEN: 'server-held-token', X_MEDIA_SECRET: 'a secret of at least thirty-two bytes' }

/** Starts the package's own server for a runtime, in front of whatever speaks X at `xUrl`. */
export function startServer(target: Target, xUrl: string, env: Record<string, string> = {}): Promise<Program> {
  return start(`serve:${target}`, { ...SECRETS, X_API_BASE_URL: xUrl, ...env })
}

/** Starts the same app as `startServer` with no store but memory, which only the example's Worker does not have. */
export function startInMemory(target: Target, xUrl: string, env: Record<string, string> = {}): Promise<Measured> {
  return target === 'workers' ? startContenders(target, xUrl, { ...SECRETS, ...env }) : startServer(target, xUrl, env)
}

/** Starts what speaks X as cheaply as possible, and answers after `latencyMs`. */
export function startSink(latencyMs = 0): Promise<Measured> {
  return startOwn('deno', ['run', '--no-prompt', '--allow-net', '--allow-env', 'sink.ts', String(latencyMs)])
}

/** Starts what the package is compared with, on a runtime; its routes are in contenders/app.ts. */
export function startContenders(target: Target, sinkUrl: string, more: Record<string, string> = {}): Promise<Measured> {
  const env = { ...SECRETS, X_API_BASE_URL: sinkUrl, ...more }
  if (target === 'deno') return startOwn('deno', ['run', '--no-prompt', '--allow-all', 'contenders/deno.ts'], env)
  if (target === 'bun') return startOwn('bun', ['contenders/bun.ts'], env)
  // Express hands its requests to the same listener as Node.
  return startOwn('node', [`contenders/${target === 'express' ? 'node' : target}.ts`], env)
}

/** Starts a program of this folder, which is none of the package's scripts. */
async function startOwn(command: string, args: string[], env: Record<string, string> = {}): Promise<Measured> {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const bin = fileURLToPath(new URL('../node_modules/.bin', import.meta.url))
  const child = spawn(command, args, {
    cwd: folder,
    env: { PATH: `${bin}:${process.env['PATH']}`, HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(child, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => resolve(line.replace('listening on ', '')))
    ended.then(() => reject(new Error(`${command} ${args.join(' ')} ended before it was listening`)))
  })
  return {
    url,
    pid: () => workingProcess(child),
    async kill() {
      child.kill()
      await ended
    },
  }
}

/** Linux counts CPU time in hundredths of a second: proc(5), `sysconf(_SC_CLK_TCK)`. */
const TICKS_PER_SEC = 100

/** What a process and its children have used so far. */
export interface Usage {
  /** User and system time. */
  cpuSecs: number
  /** Pages of memory that the kernel had to provide: first uses of fresh memory, and of memory that was given back. */
  pageFaults: number
}

export function usageOf(pid: number): Usage {
  // The name, in parentheses, may itself have spaces. The state is the first field after it: proc(5).
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  const own = { cpuSecs: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SEC, pageFaults: Number(fields[7]) }
  return childrenOf(pid)
    .map(usageOf)
    .reduce(
      (sum, { cpuSecs, pageFaults }) => ({ cpuSecs: sum.cpuSecs + cpuSecs, pageFaults: sum.pageFaults + pageFaults }),
      own,
    )
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' '))
    .filter(Boolean)
    .map(Number)
}

/** Resident memory of a process now, bytes. */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}
