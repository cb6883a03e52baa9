import { readFile, writeFile } from 'node:fs/promises'

/** The most resident memory, in bytes, that a process had while `work` was running. */
export async function peakMemory(pid: number, work: () => Promise<void>): Promise<number> {
  // 5 resets the peak: proc(5), /proc/pid/clear_refs
  await writeFile(`/proc/${pid}/clear_refs`, '5')
  await work()
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}
