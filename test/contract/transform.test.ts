import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, dataOf, open, send } from '../support/client.ts'
import { expectNothingHeld } from '../support/counters.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { exampleServers } from '../support/example-server.ts'
import { readMediaFixture } from '../support/media-fixtures.ts'
import { loadSharp, makeLargePng, makePhonePhoto } from '../support/photos.ts'
import type { Program } from '../support/processes.ts'
import { startWorker } from '../support/worker.ts'

const MIB = 1024 * 1024
const sharp = await loadSharp()
if (typeof sharp === 'string') console.log(`sharp does not load: the tests of its transform are skipped (${sharp})`)

/** A photo whose bytes end early, of a size that X would refuse. */
const damaged = (photo: Buffer) => Buffer.concat([photo.subarray(0, 200_000), Buffer.alloc(6 * MIB)])

describe.skipIf(typeof sharp === 'string')('the Node example with sharp', () => {
  if (typeof sharp === 'string') return
  const startServer = exampleServers('node')
  let emulator: EmulatorProgram
  let server: Program
  let photo: Buffer

  beforeAll(async () => {
    photo = await makePhonePhoto(sharp)
    emulator = await startEmulator()
    server = await startServer(emulator.url)
  })
  afterAll(() => Promise.all([server, emulator].map((program) => program?.kill())))

  const upload = (file: Uint8Array, type: string) =>
    send('POST', `${server.url}/media`, { 'x-demo-user': 'u1', 'content-type': type, 'content-length': file.length }, [
      file,
    ])

  /** The file that X has, and its type. */
  async function received(answer: Answer) {
    expect(answer.status, answer.text).toBe(201)
    const { id } = dataOf(answer.json)
    const media = await fetch(`${emulator.url}/_emulator/uploads/${id}/media`)
    return { type: media.headers.get('content-type'), file: Buffer.from(await media.arrayBuffer()) }
  }

  it('takes a photo of 9 MB as a raw body: upright, smaller, and without the place where it was taken', async () => {
    expect(photo.length).toBeGreaterThan(8 * MIB)
    expect(photo.includes('Phone')).toBe(true)
    const { type, file } = await received(await upload(photo, 'image/jpeg'))
    expect(type).toBe('image/jpeg')
    expect(file.length).toBeLessThanOrEqual(5 * MIB)
    const { width, height, orientation, exif } = await sharp(file).metadata()
    expect({ width, height, orientation, exif }).toEqual({ width: 3072, height: 4096 })
  })

  it('takes a photo of 9 MB in a form', async () => {
    const fields = new FormData()
    fields.append('alt_text', 'Noise')
    fields.append('media', new File([new Uint8Array(photo)], 'photo.jpg', { type: 'image/jpeg' }))
    const answer = await fetch(`${server.url}/media`, {
      method: 'POST',
      headers: { 'x-demo-user': 'u1' },
      body: fields,
    })
    expect(answer.status, await answer.clone().text()).toBe(201)
    expect(await answer.json()).toMatchObject({ facts: { container: 'jpeg', width: 3072, height: 4096 } })
  })

  it('makes a JPEG of a PNG above 5 MiB, and of an AVIF', async () => {
    const png = await makeLargePng(sharp)
    expect(png.length).toBeGreaterThan(5 * MIB)
    for (const [file, mediaType] of [
      [png, 'image/png'],
      [readMediaFixture('picture.avif'), 'image/avif'],
    ] as const) {
      const { type } = await received(await upload(file, mediaType))
      expect(type).toBe('image/jpeg')
    }
  })

  it('takes a HEIC photo where sharp reads it, and otherwise says that X does not take it', async () => {
    const answer = await upload(readMediaFixture('photo.heic'), 'image/heic')
    if (sharp.format.heif.input.fileSuffix?.includes('.heic')) expect(answer.status).toBe(201)
    else expect(answer).toMatchObject({ status: 415, json: { detail: expect.stringMatching(/HEIC.*JPEG/) } })
  })

  it('refuses a damaged photo', async () => {
    const answer = await upload(damaged(photo), 'image/jpeg')
    expect(answer).toMatchObject({ status: 422, json: { code: 'transform_failed' } })
    expect(server.output()).toContain('hono-x-media: transform threw')
  })

  it('gives its memory back when the client goes away while sharp works', async () => {
    const headers = { 'x-demo-user': 'u1', 'content-type': 'image/jpeg', 'content-length': photo.length }
    const request = open('POST', `${server.url}/media`, headers)
    await request.write(photo)
    request.end()
    const counters = async (): Promise<unknown> => (await fetch(`${server.url}/counters`)).json()
    await expect.poll(counters, { interval: 5 }).toMatchObject({ uploads: 1 })
    request.abort()
    await expectNothingHeld(server.url)
  })
})

// The local binding of Miniflare is made of sharp too.
describe.skipIf(typeof sharp === 'string')('the Worker with Cloudflare Images', () => {
  if (typeof sharp === 'string') return
  let emulator: EmulatorProgram
  let worker: Awaited<ReturnType<typeof startWorker>>
  let url: string
  let photo: Buffer

  beforeAll(async () => {
    photo = await makePhonePhoto(sharp)
    emulator = await startEmulator()
    worker = await startWorker(fileURLToPath(new URL('../../examples/transform/cloudflare.ts', import.meta.url)), {
      compatibilityFlags: ['enable_request_signal'],
      images: { binding: 'IMAGES' },
      bindings: {
        X_BEARER_TOKEN: 'server-held-token',
        X_MEDIA_SECRET: 'a secret of at least thirty-two bytes',
        X_API_BASE_URL: emulator.url,
      },
    })
    url = new URL('/media', await worker.ready).href
  })
  afterAll(() => Promise.all([worker?.dispose(), emulator?.kill()]))

  const upload = (file: Uint8Array, type: string) =>
    send('POST', url, { 'x-demo-user': 'u1', 'content-type': type, 'content-length': file.length }, [file])

  it('takes a photo of 9 MB, and an AVIF, and gives X a smaller JPEG', async () => {
    for (const [file, type] of [
      [photo, 'image/jpeg'],
      [readMediaFixture('picture.avif'), 'image/avif'],
    ] as const) {
      const answer = await upload(file, type)
      expect(answer.status, answer.text).toBe(201)
      expect(answer.json).toMatchObject({ facts: { container: 'jpeg' } })
      const { media_type: mediaType, size = 0 } = await emulator.upload(dataOf(answer.json).id)
      expect(mediaType).toBe('image/jpeg')
      expect(size).toBeLessThanOrEqual(5 * MIB)
    }
  })

  it('refuses what Cloudflare Images cannot read', async () => {
    const answer = await upload(damaged(photo), 'image/jpeg')
    expect(answer).toMatchObject({ status: 422, json: { code: 'transform_failed' } })
  })
})
