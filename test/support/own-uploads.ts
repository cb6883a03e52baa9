import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { createEmulator, type Emulator, type FaultPlan } from '../../src/emulator/index.ts'
import { createXMedia, type XMediaClient, type XMediaClientOptions, type XMediaEvent } from '../../src/index.ts'

export interface OwnUploads {
  emulator: Emulator
  events: XMediaEvent[]
  client: XMediaClient
}

/** A client of an emulator in this process, which retries without pauses. */
export function ownUploads(
  options: Partial<XMediaClientOptions> = {},
  emulator: Emulator = createEmulator(),
  plan: FaultPlan = {},
): OwnUploads {
  emulator.setFaults(plan)
  const events: XMediaEvent[] = []
  const client = createXMedia({
    token: 'server-held-token',
    onEvent: (event) => events.push(event),
    ...options,
    x: {
      fetch: async (url, init) => emulator.app.request(url, init),
      retry: { backoffMs: 0, timeoutMs: 200 },
      ...options.x,
    },
  })
  return { emulator, events, client }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Expects X to have exactly this file, in segments that each carry one range. */
export async function expectFile(emulator: Emulator, mediaId: string, file: Uint8Array): Promise<void> {
  expect(await emulator.upload(mediaId)).toMatchObject({ finalized: true, size: file.length, sha256: sha256(file) })
  expect(emulator.violations()).toEqual([])
}

/** Expects that X has finalized nothing. */
export function expectNothingFinalized(emulator: Emulator): void {
  expect(emulator.uploads().filter(({ finalized }) => finalized)).toEqual([])
  expect(emulator.requests().in_flight).toEqual([])
}

/** A stream of a file from a byte on, in pieces; it breaks off after some bytes if that is before the file's end. */
export function streamOf(
  file: Uint8Array,
  offset = 0,
  bytes: number = Infinity,
  pieceBytes = 16_384,
): ReadableStream<Uint8Array> {
  const end = Math.min(file.length, offset + bytes)
  let position = offset
  return new ReadableStream(
    {
      pull(controller) {
        if (position === end) {
          if (end < file.length) controller.error(new TypeError('the connection was lost'))
          else controller.close()
          return
        }
        const next = Math.min(end, position + pieceBytes)
        controller.enqueue(file.slice(position, next))
        position = next
      },
    },
    { highWaterMark: 0 },
  )
}
