import { describe, expect, it } from 'vitest'
import type { XMediaOptions } from '../../../src/index.ts'
import type { METADATA_KINDS } from '../../../src/x/limits.ts'
import { ALLOW_ALL, emulator } from '../../support/app.ts'
import {
  append,
  compatClient,
  errorOf,
  finalize,
  image,
  initialize,
  json,
  type Send,
  video,
} from '../../support/compat-calls.ts'
import { sampleFile } from '../../support/media.ts'

type Allow = NonNullable<XMediaOptions['allow']>

const clientOf = (allow?: Allow) => compatClient(allow && { allow })

async function upload(send: Send, fields: object, file: Uint8Array<ArrayBuffer>): Promise<string> {
  const id = await initialize(send, { ...fields, total_bytes: file.length })
  await append(send, id, 0, file)
  expect((await finalize(send, id)).status).toBe(200)
  return id
}

/** A value of each kind, as in X's OpenAPI. */
const VALUES: Readonly<Record<(typeof METADATA_KINDS)[number], object>> = {
  allow_download_status: { allow_download: true },
  alt_text: { text: 'A cat' },
  audience_policy: {},
  content_expiration: { timestamp_sec: 1_800_000_000 },
  domain_restrictions: { whitelist: ['example.com'] },
  found_media_origin: { provider: 'giphy', id: '1' },
  geo_restrictions: {},
  management_info: { managed: true },
  preview_image: { media_key: {} },
  sensitive_media_warning: { adult_content: true },
  shared_info: { shared: true },
  sticker_info: { stickers: [] },
  upload_source: { upload_source: 'gallery' },
}
const BY_DEFAULT = ['alt_text', 'sensitive_media_warning']

describe('metadata of X’s own API', () => {
  const set = async (send: Send, kind: string, value: unknown) => {
    const id = await upload(send, { media_type: 'image/png' }, image)
    const before = emulator.requests().counts.metadata
    const response = await send('POST', '/metadata', json({ id, metadata: { alt_text: { text: 'x' }, [kind]: value } }))
    const calls = emulator.requests().counts.metadata - before
    return { response, calls, upload: await emulator.upload(id) }
  }

  it.each(Object.entries(VALUES))('of the kind %s is set where the app allows it', async (kind, value) => {
    const { response, upload } = await set(clientOf(ALLOW_ALL), kind, value)
    expect(response.status, await response.text()).toBe(200)
    expect(upload?.metadata).toMatchObject({ [kind]: value })
  })

  it.each(Object.entries(VALUES))('of the kind %s is set by default only if it is harmless', async (kind, value) => {
    const { response, calls, upload } = await set(clientOf(), kind, value)
    if (BY_DEFAULT.includes(kind)) {
      expect([response.status, calls]).toEqual([200, 1])
      expect(upload?.metadata).toMatchObject({ [kind]: value })
      return
    }
    expect([response.status, calls, upload?.metadata]).toEqual([400, 0, {}])
    const path = `metadata.${kind}`
    expect(await response.json()).toMatchObject({
      title: 'Invalid Request',
      errors: [
        {
          message: `$.${path}: is not allowed by this server. Its option \`allow.metadata\` does not have ${kind}.`,
          parameters: { [path]: [] },
        },
      ],
    })
  })

  it.each(['monetization', 'toString', 'constructor', 'Alt_Text', ''])(
    'of the unknown kind %j is refused whatever the app allows',
    async (kind) => {
      const { response, calls } = await set(clientOf(ALLOW_ALL), kind, {})
      expect([calls, ...(await errorOf(Promise.resolve(response)))]).toEqual([
        0,
        400,
        `$.metadata.${kind}: is not defined in the schema and the schema does not allow additional properties`,
      ])
    },
  )

  it('of an unknown kind is named in the answer up to 100 characters', async () => {
    const { response } = await set(clientOf(), 'k'.repeat(60_000), {})
    expect([response.status, (await response.text()).length < 600]).toEqual([400, true])
  })

  it.each([{ adult_content: 'y'.repeat(50_000) }, { adult_content: true, note: 'y' }, 'y'])(
    'of the kind sensitive_media_warning has flags only',
    async (value) => {
      const { response, calls } = await set(clientOf(), 'sensitive_media_warning', value)
      expect([calls, ...(await errorOf(Promise.resolve(response)))]).toEqual([
        0,
        400,
        expect.stringContaining('$.metadata.sensitive_media_warning'),
      ])
    },
  )

  it('without a kind is accepted', async () => {
    const send = clientOf({ metadata: [] })
    const id = await upload(send, { media_type: 'image/png' }, image)
    expect((await send('POST', '/metadata', json({ id, metadata: {} }))).status).toBe(200)
    expect(await errorOf(send('POST', '/metadata', json({ id, metadata: { alt_text: { text: 'x' } } })))).toEqual([
      400,
      expect.stringContaining('`allow.metadata` does not have alt_text'),
    ])
  })
})

describe('subtitles of X’s own API', () => {
  const OFF = expect.stringContaining('`allow.categories`')
  const files = async (send: Send, media_category: string) => ({
    id: await upload(send, { media_type: 'video/mp4', media_category }, video),
    track: await upload(send, { media_type: 'text/vtt', media_category: 'subtitles' }, sampleFile('text/vtt', 5000)),
  })
  const request = (id: string, track: string, media_category: string, display_name = 'English') =>
    json({ id, media_category, subtitles: { id: track, language_code: 'EN', display_name } })
  const removal = (id: string, media_category: string) => json({ id, media_category, language_code: 'EN' })

  it('are neither added nor removed for `AmplifyVideo` by default', async () => {
    const send = clientOf()
    const { id, track } = await files(send, 'tweet_video')
    const before = emulator.requests().counts
    expect(await errorOf(send('POST', '/subtitles', request(id, track, 'AmplifyVideo')))).toEqual([400, OFF])
    expect(await errorOf(send('DELETE', '/subtitles', removal(id, 'AmplifyVideo')))).toEqual([400, OFF])
    expect(emulator.requests().counts).toEqual(before)
  })

  it('are added and removed for `AmplifyVideo` where the app allows it', async () => {
    const send = clientOf(ALLOW_ALL)
    const { id, track } = await files(send, 'amplify_video')
    expect((await send('POST', '/subtitles', request(id, track, 'AmplifyVideo'))).status).toBe(200)
    expect(await emulator.upload(id)).toMatchObject({ subtitles: [{ id: track }] })
    expect((await send('DELETE', '/subtitles', removal(id, 'AmplifyVideo'))).status).toBe(200)
  })

  it('are for `TweetVideo` only where the app allows `tweet_video`', async () => {
    const send = clientOf({ categories: ['dm_video', 'subtitles'] })
    const { id, track } = await files(send, 'dm_video')
    expect(await errorOf(send('POST', '/subtitles', request(id, track, 'TweetVideo')))).toEqual([400, OFF])
  })

  it('have a display name of at most 100 characters', async () => {
    const send = clientOf()
    const { id, track } = await files(send, 'tweet_video')
    const add = (display_name: string) => send('POST', '/subtitles', request(id, track, 'TweetVideo', display_name))
    for (const name of ['é'.repeat(100), '😀'.repeat(100)]) {
      expect((await add(name)).status).toBe(200)
      expect(await emulator.upload(id)).toMatchObject({ subtitles: [{ display_name: name }] })
    }
    const before = emulator.requests().counts.subtitles
    for (const [length, shown] of [
      [101, '101'],
      [60_000, '60,000'],
    ] as const) {
      expect(await errorOf(add('n'.repeat(length)))).toEqual([
        400,
        `$.subtitles.display_name: has ${shown} characters; the limit is 100`,
      ])
    }
    expect(emulator.requests().counts.subtitles).toBe(before)
  })
})
