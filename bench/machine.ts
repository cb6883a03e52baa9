import { cpus, release, totalmem, type } from 'node:os'
import process from 'node:process'

/** What the numbers were measured on, without what names the machine. */
export function describeMachine(): string[] {
  const [cpu] = cpus()
  return [
    `CPU: ${cpu?.model.trim() ?? 'unknown'}, ${cpus().length} cores`,
    `memory: ${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    `system: ${type()} ${release().split('-')[0]}`,
    `Node ${process.version}`,
    `date: ${new Date().toISOString().slice(0, 10)}`,
  ]
}
