import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataOf, open, randomFile, send, type TestFile } from '../support/client.ts'
import { type EmulatorProgram, startEmulator } from '../support/emulator.ts'
import { exampleServers } from '../support/example-server.ts'
import { sampleFile } from '../support/media.ts'
import { peakMemory } from '../support/memory.ts'
import { movieWith } from '../support/movies.ts'
import type { Program } from '../support/processes.ts'
import { randomVideo } from '../support/random-video.ts'

export type Target = 'node' | 'express' | 'deno' | 'bun' | 'workers'

const MIB = 1024 * 1024
const SIZES = [8, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1]

/** What every runtime must do, as a client and X see it. */
export function contract(target: Target): void {
  const startServer = exampleServers(target)
  let emulator: EmulatorProgram
  const servers = new Map<string, Program>()

  beforeAll(async () => {
    // Longer than a test takes on any machine: processing goes on only when a test moves the clock.
    emulator = await startEmulator({ processing: { pendingSecs: 120 } })
    for (const dialect of ['resource', 'command']) {
      servers.set(
        dialect,
        await startServer(emulator.url, {
          X_API_DIALECT: dialect,
        }),
      )
    }
  })
  afterAll(async () => {
    await Promise.all([...servers.values(), emulator].map((program) => program?.kill()))
  })

  const media = (dialect = 'resource') => `${servers.get(dialect)?.url}/media`
  const video = { 'content-type': 'video/mp4', 'x-demo-user': 'u1' }

  function upload(file: TestFile, framing: 'Content-Length' | 'chunked', dialect?: string) {
    const length = framing === 'chunked' ? { 'upload-length': file.size } : { 'content-length': file.size }
    return send('POST', media(dialect), { ...video, ...length }, file.pieces())
  }

  describe.each(['resource', 'command'])('in the %s dialect', (dialect) => {
    describe.each(['Content-Length', 'chunked'] as const)('with a %s body', (framing) => {
      it.each(SIZES)('relays %i bytes unchanged', async (size) => {
        const file = randomFile(size)
        const answer = await upload(file, framing, dialect)
        expect(answer.status, answer.text).toBe(201)
        const { id } = dataOf(answer.json)
        const received = await emulator.upload(id)
        expect(received).toMatchObject({ finalized: true, size, sha256: file.sha256, media_type: 'video/mp4' })
        expect(received.segments.map(({ size }) => size)).toEqual(segmentsOf(size))
      })
    })

    it('responds in X’s shape, with the address at which the client follows the processing', async () => {
      const startedAt = Date.now()
      const answer = await upload(randomFile(10), 'Content-Length', dialect)
      const elapsedSecs = (Date.now() - startedAt) / 1000
      const data = dataOf(answer.json)
      expect(data).toMatchObject({
        id: expect.stringMatching(/^[0-9]{19}$/),
        media_key: `7_${data.id}`,
        size: 10,
        expires_after_secs: expect.toSatisfy((secs) => secs <= 86_400 && secs >= 86_400 - elapsedSecs),
        processing_info: { state: 'pending', check_after_secs: 1 },
      })
      const location = String(answer.headers.location)
      expect(location).toMatch(new RegExp(`^/media/status/${data.id}\\?ticket=[\\w.-]+$`))

      const status = () => send('GET', new URL(location, media(dialect)).href, { 'x-demo-user': 'u1' })
      expect((await status()).json).toMatchObject({ data: { id: data.id, processing_info: { state: 'pending' } } })
      await emulator.advance(180)
      // X is not asked again before check_after_secs have passed.
      await expect
        .poll(async () => (await status()).json, { timeout: 20_000 })
        .toMatchObject({ data: { id: data.id, processing_info: { state: 'succeeded' } } })
    })
  })

  it('sends the status as events when it changes', async () => {
    const file = randomFile(10)
    const answer = await send('POST', media(), { ...video, 'content-length': 10 }, file.pieces())
    const url = new URL(String(answer.headers.location), media()).href
    const events = await fetch(url, { headers: { 'x-demo-user': 'u1', accept: 'text/event-stream' } })
    expect(events.headers.get('content-type')).toBe('text/event-stream')
    let text = ''
    for await (const chunk of events.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      if (text === '') await emulator.advance(180)
      text += chunk
    }
    expect(text).toMatch(/^event: status\ndata: .*\nid: pending\nretry: 3000\n\n/)
    expect(text).toMatch(/event: status\ndata: .*"succeeded".*\nid: succeeded\n\n$/)
  })

  it('sends the category to X, and refuses what its options do not allow', async () => {
    const file = randomFile(100)
    const post = (query: string) =>
      send('POST', `${media()}?${query}`, { ...video, 'content-length': 100 }, file.pieces())
    const answer = await post('media_category=dm_video')
    expect(await emulator.upload(dataOf(answer.json).id)).toMatchObject({ media_category: 'dm_video' })
    for (const [query, option] of [
      ['additional_owners=12,34', 'allow.additionalOwners'],
      ['shared=true', 'allow.shared'],
      ['media_category=amplify_video', 'allow.categories'],
    ] as const) {
      const detail = expect.stringContaining(`\`${option}\``)
      expect((await post(query)).json).toMatchObject({ status: 400, code: 'invalid_parameter', detail })
    }
  })

  it('reports that an image is done without a call to X, which has no status for it', async () => {
    const headers = { ...video, 'content-type': 'image/png', 'content-length': 100 }
    const answer = await send('POST', media(), headers, [sampleFile('image/png', 100)])
    expect(answer.status, answer.text).toBe(201)
    expect(dataOf(answer.json)).not.toHaveProperty('processing_info')
    const status = await send('GET', new URL(String(answer.headers.location), media()).href, { 'x-demo-user': 'u1' })
    expect(status.status).toBe(200)
    expect(status.json).toMatchObject({ data: { processing_info: { state: 'succeeded' }, size: 100 } })
  })

  it('changes the alternative text of a media, and adds subtitles to a video', async () => {
    const user = { 'x-demo-user': 'u1' }
    const answer = await upload(randomFile(10), 'Content-Length')
    const { id } = dataOf(answer.json)
    const [status = '', ticket = ''] = String(answer.headers.location).split('?')
    const put = (path: string, headers: object, body: Uint8Array) =>
      send('PUT', new URL(status + path, media()).href, { ...headers, 'content-length': body.length }, [body])
    const text = Buffer.from('A cat, 🐈')
    expect((await put(`/alt-text?${ticket}`, { ...user, 'content-type': 'text/plain' }, text)).status).toBe(204)
    const track = sampleFile('text/vtt', 200)
    const path = `/subtitles?${ticket}&language_code=EN&display_name=English`
    const added = await put(path, { ...user, 'content-type': 'text/vtt' }, track)
    expect(added.status, added.text).toBe(200)
    expect(await emulator.upload(id)).toMatchObject({
      alt_text: 'A cat, 🐈',
      subtitles: [{ language_code: 'EN', display_name: 'English' }],
    })
    const refused = await put(`/alt-text?${ticket}`, { 'x-demo-user': 'u2', 'content-type': 'text/plain' }, text)
    expect(refused.json).toMatchObject({ status: 404, code: 'not_found' })
  })

  describe('a form with four photos', () => {
    const sizes = [100_000, 2 * MIB, 4 * MIB + 1, 300]

    async function post(files: readonly Uint8Array<ArrayBuffer>[]) {
      const form = new FormData()
      for (const [index] of files.entries()) form.append('alt_text', `Photo ${index}`)
      for (const bytes of files) form.append('media', new Blob([bytes], { type: 'image/png' }), 'photo.png')
      const answer = await fetch(media(), { method: 'POST', body: form, headers: { 'x-demo-user': 'u1' } })
      const { data } = await answer.json()
      return { status: answer.status, data }
    }

    it('gets a list of four media, in their order', async () => {
      const { status, data } = await post(sizes.map((size) => sampleFile('image/png', size)))
      expect([status, data]).toEqual([
        201,
        [expect.anything(), expect.anything(), expect.anything(), expect.anything()],
      ])
      for (const [index, { id, location }] of data.entries()) {
        const uploaded = { finalized: true, size: sizes[index], alt_text: `Photo ${index}` }
        expect(await emulator.upload(id)).toMatchObject(uploaded)
        const answer = await send('GET', new URL(location, media()).href, { 'x-demo-user': 'u1' })
        expect(answer.json).toMatchObject({ data: { processing_info: { state: 'succeeded' } } })
      }
    })

    it('gets three media and a problem when the third is none', async () => {
      const files = sizes.map((size, index) => (index === 2 ? new Uint8Array(size) : sampleFile('image/png', size)))
      const { status, data } = await post(files)
      expect([status, data]).toMatchObject([207, [{}, {}, { code: 'signature_mismatch', status: 415 }, {}]])
      for (const index of [0, 1, 3]) {
        expect(await emulator.upload(data[index].id)).toMatchObject({ finalized: true, size: sizes[index] })
      }
    })
  })

  it('describes its routes, with the path of the mount', async () => {
    const { status, json } = await send('GET', `${media()}/openapi.json`)
    expect(status).toBe(200)
    expect(json).toMatchObject({ openapi: '3.1.1', paths: { '/media': {}, '/media/2/media/upload': {} } })
  })

  it('refuses users whom authorize does not know, on every route', async () => {
    const anonymous = { 'content-type': 'video/mp4', 'content-length': 3 }
    for (const [method, path] of [
      ['POST', ''],
      ['GET', '/status/1?ticket=x'],
      ['DELETE', '/anything'],
    ] as const) {
      const body = method === 'POST' ? [Buffer.from('abc')] : []
      const answer = await send(method, media() + path, method === 'POST' ? anonymous : {}, body)
      expect(answer.status).toBe(401)
      expect(answer.json).toMatchObject({ code: 'unauthorized', status: 401 })
      expect(answer.headers['content-type']).toBe('application/problem+json')
    }
  })

  it('uploads by PUT too, and with a slash at the end of the path', async () => {
    const file = randomVideo(20)
    for (const [method, path] of [
      ['PUT', ''],
      ['PUT', '/'],
      ['POST', '/'],
    ] as const) {
      const answer = await send(method, media() + path, { ...video, 'content-length': file.length }, [file])
      expect([method, path, answer.status]).toEqual([method, path, 201])
      expect(answer.headers.location).toMatch(/^\/media\/status\/\d+\?/)
    }
  })

  it('refuses other methods with what a path allows, and other paths with where uploads go', async () => {
    const user = { 'x-demo-user': 'u1' }
    const answers = await Promise.all(
      ['/', '/files', '/status/1', '/nowhere'].map((path) => send('DELETE', media() + path, user)),
    )
    expect(answers.map(({ status, headers }) => [status, headers.allow])).toEqual([
      [405, 'POST, PUT, OPTIONS'],
      [405, 'OPTIONS, POST'],
      [405, 'GET, HEAD, OPTIONS'],
      [404, undefined],
    ])
    expect(answers.at(-1)?.json).toMatchObject({ detail: 'No such route. Uploads go to POST /media.' })
  })

  it('refuses a body of unknown length with 411', async () => {
    const answer = await send('POST', media(), video, [Buffer.from('abc')])
    expect(answer.status).toBe(411)
    expect(answer.json).toMatchObject({ code: 'length_required' })
  })

  it('refuses media types, categories and parameters that X would refuse', async () => {
    const post = (query: string, type: string) =>
      send('POST', media() + query, { ...video, 'content-type': type, 'content-length': 3 }, [Buffer.from('abc')])
    expect((await post('', 'application/pdf')).json).toMatchObject({ code: 'unsupported_media_type', status: 415 })
    expect((await post('?media_category=tweet_image', 'video/mp4')).json).toMatchObject({ code: 'category_mismatch' })
    expect((await post('?media_category=nonsense', 'video/mp4')).json).toMatchObject({ code: 'invalid_parameter' })
    expect((await post('?total_bytes=4', 'video/mp4')).json).toMatchObject({ code: 'length_conflict' })
  })

  it('responds alike to a wrong ticket, another user’s ticket and an unknown id', async () => {
    const answer = await upload(randomFile(10), 'Content-Length')
    const location = new URL(String(answer.headers.location), media()).href
    const { id } = dataOf(answer.json)
    const refused = await Promise.all([
      send('GET', location, { 'x-demo-user': 'u2' }),
      send('GET', `${location}x`, { 'x-demo-user': 'u1' }),
      send('GET', location.replace(id, '1'), { 'x-demo-user': 'u1' }),
      send('GET', location.replace(id, 'abc'), { 'x-demo-user': 'u1' }),
      send('GET', `${media()}/status/${id}`, { 'x-demo-user': 'u2' }),
      send('GET', `${media()}/status/99`, { 'x-demo-user': 'u1' }),
      send('GET', `${media()}/status/99?ticket=none`, { 'x-demo-user': 'u1' }),
    ])
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 404))
    expect(new Set(refused.map(({ text }) => text)).size).toBe(1)
    // Only the Worker has a store without X_MEDIA_STORE, so only it knows the owner.
    const unticketed = await send('GET', `${media()}/status/${id}`, { 'x-demo-user': 'u1' })
    expect(unticketed.status).toBe(target === 'workers' ? 200 : 404)
  })

  it('finalizes nothing when the body is shorter or longer than declared', async () => {
    const short = await send('POST', media(), { ...video, 'upload-length': 11 }, [randomVideo(10)])
    expect(short.json).toMatchObject({ code: 'body_too_short', status: 400 })
    const long = await send('POST', media(), { ...video, 'upload-length': 9 }, [randomVideo(10)])
    expect(long.json).toMatchObject({ code: 'body_too_long', status: 400 })
    const uploads = await emulator.uploads()
    expect(uploads.filter(({ total_bytes }) => total_bytes === 11 || total_bytes === 9)).toEqual([
      expect.objectContaining({ finalized: false }),
      expect.objectContaining({ finalized: false }),
    ])
  })

  it('tells what a file is, and finalizes none that X does not take, even if only its end tells', async () => {
    const uploadMovie = (name: string) => {
      const file = movieWith(name, 'last', 5 * MIB)
      return send('POST', media(), { ...video, 'content-length': file.length }, [file])
    }
    const taken = await uploadMovie('moov-last.mp4')
    expect(taken.status, taken.text).toBe(201)
    expect(taken.json).toMatchObject({
      facts: { container: 'mp4', known: 'end', width: 64, height: 36, video: { codec: 'avc1', chroma: '4:2:0' } },
    })
    const refused = await uploadMovie('chroma-444.mp4')
    expect(refused.status, refused.text).toBe(422)
    expect(refused.json).toMatchObject({ code: 'media_unsupported', violations: [{ rule: 'chroma', actual: '4:4:4' }] })
    expect((await emulator.uploads()).at(-1)).toMatchObject({ finalized: false, segments: [{}, {}] })
  })

  it('sends the first APPEND while the client is still sending', async () => {
    const file = randomFile(12 * MIB)
    const size = file.size
    const opened = open('POST', media(), { ...video, 'content-length': size })
    const pieces = [...file.pieces()]
    for (const piece of pieces.slice(0, 7)) await opened.write(piece)
    await expect
      .poll(async () => (await emulator.uploads()).find(({ total_bytes }) => total_bytes === size)?.segments, {
        timeout: 20_000,
      })
      .toEqual([{ index: 0, size: 4 * MIB }])
    for (const piece of pieces.slice(7)) await opened.write(piece)
    opened.end()
    const answer = await opened.answer
    expect(answer.status, answer.text).toBe(201)
    expect((await emulator.upload(dataOf(answer.json).id)).sha256).toBe(file.sha256)
  })

  it('holds no more memory for 200 MiB than for 20 MiB', async () => {
    // On a busy machine X is slow, and then more APPENDs may be in flight: not so with a fixed number of them.
    const measured = await startServer(emulator.url, { X_MEDIA_CONCURRENCY: '3' })
    servers.set('measured', measured)
    const relay = async (size: number) => {
      const file = randomFile(size)
      const answer = await upload(file, 'Content-Length', 'measured')
      expect(answer.status, answer.text).toBe(201)
      expect((await emulator.upload(dataOf(answer.json).id)).sha256).toBe(file.sha256)
    }
    // Not 20: the first large body makes the runtime grow its heap, which no later one shrinks.
    await relay(100 * MIB)
    const small = await peakMemory(measured.pid(), () => relay(20 * MIB))
    const large = await peakMemory(measured.pid(), () => relay(200 * MIB))
    expect(large - small).toBeLessThan(64 * MIB)
  })

  it('broke no rule of X’s API in these uploads', async () => {
    expect(await emulator.violations()).toEqual([])
  })
}

function segmentsOf(size: number): number[] {
  const whole = Math.floor(size / (4 * MIB))
  const rest = size % (4 * MIB)
  return [...Array.from({ length: whole }, () => 4 * MIB), ...(rest > 0 ? [rest] : [])]
}
