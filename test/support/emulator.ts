import { type Program, start } from './processes.ts'

/** An upload, as the emulator reports it. */
export interface EmulatedUpload {
  id: string
  media_type?: string
  media_category?: string
  total_bytes?: number
  size: number
  finalized: boolean
  sha256: string
  segments: { index: number; size: number }[]
}

/** The control routes of an emulator. */
export interface EmulatorControl {
  upload(id: string): Promise<EmulatedUpload>
  uploads(): Promise<EmulatedUpload[]>
  advance(seconds: number): Promise<void>
  setFaults(faults: unknown[]): Promise<void>
  violations(): Promise<unknown[]>
  control<T>(method: string, path: string, body?: unknown): Promise<T>
}

/** The emulator in a process of its own, with its control routes. */
export interface EmulatorProgram extends Program, EmulatorControl {}

export async function startEmulator(options: object = {}): Promise<EmulatorProgram> {
  const program = await start('emulator', { EMULATOR_OPTIONS: JSON.stringify(options) })
  return { ...program, ...controlEmulator(program.url) }
}

export function controlEmulator(url: string): EmulatorControl {
  async function control<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${url}/_emulator${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text || 'null')
  }

  return {
    control,
    upload: (id) => control('GET', `/uploads/${id}`),
    uploads: async () => (await control<{ uploads: EmulatedUpload[] }>('GET', '/uploads')).uploads,
    async advance(seconds) {
      await control('POST', '/clock', { advance_secs: seconds })
    },
    async setFaults(faults) {
      await control('PUT', '/faults', { faults })
    },
    violations: async () => (await control<{ violations: unknown[] }>('GET', '/violations')).violations,
  }
}
