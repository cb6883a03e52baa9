import { readFile, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The most resident memory, in bytes, that a process had while `work` was running. */
export async function peakMemory(pid: number, work: () => Promise<void>): Promise<number> {
  // 5 resets the peak: proc(5), /proc/pid/clear_refs
  await writeFile(`/proc/${pid}/clear_refs`, '5')
  await work()
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}

/** Bytes that this thread's objects and buffers hold, once what nothing refers to is gone. */
export function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
