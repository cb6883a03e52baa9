import { randomFile, type TestFile } from './client.ts'
import { controlEmulator, type EmulatorControl } from './emulator.ts'
import { type Line, openLine } from './line.ts'
import { start } from './processes.ts'

/** What `npm start` serves, behind a line that the test can slow down and cut. */
export interface Demo {
  readonly emulator: EmulatorControl
  readonly line: Line
  /** Whether a URL is one of the page or of its files. */
  owns(url: string): boolean
  close(): Promise<void>
}

const MIB = 1024 * 1024
/** Slow enough to interrupt an upload. */
export const SLOW_BYTES_PER_SEC: number = 2 * MIB

/** A video that is sent in several chunks. */
export function largeVideo(): TestFile {
  return randomFile(6 * MIB)
}

export async function startDemo(): Promise<Demo> {
  const program = await start('start', {
    EMULATOR_OPTIONS: JSON.stringify({ processing: { pendingSecs: 0, inProgressSecs: 2 } }),
  })
  const line = await openLine(program.url)
  return {
    emulator: controlEmulator(/^X is emulated at (\S+)$/m.exec(program.output())?.[1] ?? ''),
    line,
    owns: (url) => [line.url, program.url, 'blob:'].some((start) => url.startsWith(start)),
    async close() {
      line.close()
      await program.kill()
    },
  }
}
