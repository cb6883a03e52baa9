import { writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fromFile } from '../../../adapters/node.ts'
import { expectNothingFinalized, ownUploads } from '../../support/own-uploads.ts'
import { randomVideo } from '../../support/random-video.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hono-x-media-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('a file that is written to while it is read is refused, although every byte of it was sent', async () => {
  const path = join(folder, 'film.mp4')
  await writeFile(path, randomVideo(600_000))
  let isChanged = false
  const { client, emulator } = ownUploads({
    x: { segmentBytes: 100_000 },
    onEvent({ type }) {
      if (type !== 'segment' || isChanged) return
      isChanged = true
      writeFileSync(path, randomVideo(600_000), { flag: 'r+' })
    },
  })
  await expect(client.upload({ source: fromFile(path) })).rejects.toMatchObject({ code: 'source_changed' })
  expectNothingFinalized(emulator)
})

it('a folder is no source', async () => {
  const { client } = ownUploads({ x: { retry: { retries: 1, backoffMs: 0 } } })
  await expect(client.upload({ source: fromFile(folder) })).rejects.toMatchObject({ code: 'source_unavailable' })
})
