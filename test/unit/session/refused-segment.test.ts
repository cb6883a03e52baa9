import { expect, it } from 'vitest'
import { createEmulator, type FaultPlan } from '../../../src/emulator/index.ts'
import { memoryStore } from '../../../src/index.ts'
import { codeOf } from '../../support/app.ts'
import { sha256 } from '../../support/emulator-calls.ts'
import { sampleFile } from '../../support/media.ts'
import { appWith, create, inspect, sendChunk } from '../../support/resumable.ts'

/** Large enough to be halved when X refuses it. */
const SEGMENT = 1024 * 1024
const file = sampleFile('video/mp4', 3 * SEGMENT)

/** An upload in front of an emulated X; `serve` starts another server, which has yet to learn what X accepts. */
async function setUp() {
  const emulator = createEmulator()
  const store = memoryStore()
  const x = {
    segmentBytes: SEGMENT,
    retry: { retries: 0 },
    fetch: async (url: string, init: RequestInit) => emulator.app.request(url, init),
  }
  const serve = () => appWith({ store, x })
  const path = await create(serve(), { 'upload-length': String(file.length) })
  return {
    ...{ emulator, serve, path },
    async expectReceived(answer: Response): Promise<void> {
      expect(answer.status, await answer.clone().text()).toBe(204)
      const upload = await emulator.upload(answer.headers.get('x-media-id') ?? '')
      expect(upload).toMatchObject({ finalized: true, sha256: await sha256(file) })
      expect(emulator.violations()).toEqual([])
    },
  }
}

const refuseLarge: FaultPlan = { faults: [{ step: 'append', kind: 'too_large', bytes: SEGMENT / 2 }] }

it('cuts a segment that X refuses as too large, also when an earlier request has tried to send it', async () => {
  const { emulator, serve, path, expectReceived } = await setUp()
  emulator.setFaults({ faults: [{ step: 'append', at: 0, kind: 'error', status: 503 }] })
  expect(await codeOf(sendChunk(serve(), path, 0, file))).toEqual([502, 'x_unavailable'])

  emulator.setFaults(refuseLarge)
  await expectReceived(await sendChunk(serve(), path, 0, file))
})

it('cuts no segment that X refuses as too large when X may have the one after it', async () => {
  const { emulator, serve, path, expectReceived } = await setUp()
  const server = serve()
  expect((await sendChunk(server, path, 0, file.slice(0, SEGMENT))).status).toBe(204)
  // X gets the last segment, though it says that it failed, and never the one before it.
  emulator.setFaults({
    faults: [
      { step: 'append', at: 1, kind: 'hang' },
      { step: 'append', at: 2, kind: 'error', status: 503, when: 'after' },
    ],
  })
  expect(await codeOf(sendChunk(server, path, SEGMENT, file.slice(SEGMENT)))).toEqual([502, 'x_unavailable'])

  emulator.setFaults(refuseLarge)
  const refused = sendChunk(serve(), path, SEGMENT, file.slice(SEGMENT))
  expect(await codeOf(refused)).toEqual([400, 'piece_too_small'])
  expect((await inspect(serve(), path)).headers.get('upload-offset')).toBe(String(SEGMENT))

  emulator.setFaults({})
  await expectReceived(await sendChunk(serve(), path, SEGMENT, file.slice(SEGMENT)))
})
