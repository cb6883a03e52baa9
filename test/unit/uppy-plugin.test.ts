import Uppy from '@uppy/core'
import Tus from '@uppy/tus'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serve } from '../../adapters/node.ts'
import type { RunningServer } from '../../adapters/serve.ts'
import { XProcessing } from '../../examples/uppy/x-processing.ts'
import { xMedia } from '../../src/index.ts'
import { base, emulator } from '../support/app.ts'
import { readMediaFixture } from '../support/media-fixtures.ts'

let server: RunningServer
beforeAll(async () => {
  server = await serve(xMedia(base), { port: 0 })
})
afterAll(() => server.close())

/** Uploads a video with the plugin. @param shown Gets how far X is, whenever Uppy shows it. */
async function upload(shown: (percent: number) => void) {
  const uppy = new Uppy().use(Tus, { endpoint: `${server.url}/files`, retryDelays: [] }).use(XProcessing)
  uppy.on('postprocess-progress', (_, { mode, value }) => shown(mode === 'determinate' ? 100 * (value ?? 0) : 0))
  const video = Buffer.from(readMediaFixture('clip.mp4'))
  uppy.addFile({ name: 'clip.mp4', type: 'video/mp4', data: Object.assign(video, { size: video.length }) })
  return await uppy.upload()
}

it('is complete when X has processed the file, and shows how far X is until then', async () => {
  const shown: number[] = []
  const result = await upload((percent) => {
    shown.push(percent)
    emulator.advance(2)
  })
  expect(result?.failed).toEqual([])
  expect(result?.successful).toHaveLength(1)
  expect(shown.length).toBeGreaterThan(0)
})

it('fails the file with X’s reason if X cannot process it', async () => {
  emulator.setFaults({ faults: [{ step: 'finalize', kind: 'processing_failed', error: { message: 'Not a dance' } }] })
  const result = await upload(() => emulator.advance(2))
  expect(result?.failed).toMatchObject([{ error: 'Not a dance' }])
})
