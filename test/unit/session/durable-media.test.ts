import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { createEmulator } from '../../../src/emulator/index.ts'
import { memoryStore } from '../../../src/index.ts'
import { mediaRules } from '../../../src/media/index.ts'
import { movieWith } from '../../support/movies.ts'
import { expectFile, expectNothingFinalized, ownUploads, streamOf } from '../../support/own-uploads.ts'

/** Clients that share a store and an X, as those of several processes do. */
function setUp(media = mediaRules()) {
  const store = memoryStore()
  const emulator = createEmulator()
  const options = { store, media, x: { segmentBytes: 4000, retry: { retries: 0 } } }
  return { emulator, createUploads: () => ownUploads(options, emulator) }
}

type CreateUploads = ReturnType<typeof setUp>['createUploads']

/** Begins an upload whose source breaks off at this byte. */
async function interruptAt(byte: number, film: Uint8Array, createUploads: CreateUploads): Promise<void> {
  const source = (offset: number) => streamOf(film, offset, byte - offset)
  const upload = createUploads().client.upload({ id: 'film', source, totalBytes: film.length })
  await expect(upload).rejects.toMatchObject({ code: 'source_unavailable' })
}

it.each(['first', 'last'] as const)(
  'another process that continues an upload finds the facts of a video with its moov box %s, and so do later calls',
  async (moov) => {
    const film = movieWith('long.mp4', moov)
    const { emulator, createUploads } = setUp()
    await interruptAt(7000, film, createUploads)
    await interruptAt(11_000, film, createUploads)
    const { client, events } = createUploads()
    const answer = await client.upload({ id: 'film', source: film })
    await expectFile(emulator, answer.data.id, film)
    const findings = {
      facts: { container: 'mp4', durationSecs: 1260, video: { codec: 'avc1' } },
      warnings: [{ rule: 'min_video_side' }, { rule: 'post_duration' }],
    }
    expect(answer).toMatchObject(findings)
    expect(events.find(({ type }) => type === 'finalized')).toMatchObject(findings)
    expect(await createUploads().client.upload({ id: 'film', source: film })).toEqual(answer)
  },
)

it('an upload with an id whose end X does not take fails for good, with the same violations', async () => {
  const film = movieWith('chroma-444.mp4', 'last')
  const { emulator, createUploads } = setUp()
  await interruptAt(7000, film, createUploads)
  const refused = {
    code: 'media_unsupported',
    message: expect.stringContaining('The video has 4:4:4 chroma; X takes 4:2:0.'),
    members: { violations: [{ rule: 'chroma', actual: '4:4:4' }] },
  }
  await expect(createUploads().client.upload({ id: 'film', source: film })).rejects.toMatchObject(refused)
  await expect(createUploads().client.upload({ id: 'film', source: film })).rejects.toMatchObject(refused)
  expectNothingFinalized(emulator)
})

it('an upload with an id that X does not take from its start costs no call to X, and its file can be corrected', async () => {
  const { emulator, createUploads } = setUp()
  const { client } = createUploads()
  const wrong = client.upload({ id: 'film', source: movieWith('chroma-444.mp4', 'first', 500) })
  await expect(wrong).rejects.toMatchObject({ code: 'media_unsupported' })
  expect(emulator.uploads()).toEqual([])
  const film = movieWith('long.mp4', 'first')
  const { data } = await client.upload({ id: 'film', source: film })
  await expectFile(emulator, data.id, film)
})

it('beforeFinalize gets the hash of the whole file when another process continued the upload', async () => {
  const film = movieWith('long.mp4', 'last')
  const hashes: (string | undefined)[] = []
  const media = mediaRules({
    beforeFinalize({ sha256 }) {
      hashes.push(sha256)
      return 'This file is banned.'
    },
  })
  const { emulator, createUploads } = setUp(media)
  await interruptAt(7000, film, createUploads)
  const upload = createUploads().client.upload({ id: 'film', source: film })
  await expect(upload).rejects.toMatchObject({ code: 'content_refused', message: 'This file is banned.' })
  expect(hashes).toEqual([createHash('sha256').update(film).digest('hex')])
  expectNothingFinalized(emulator)
})
