import { describe, expect, it } from 'vitest'
import { createXMedia, type XMediaOptions, xMedia } from '../../../src/index.ts'
import { ALLOW_ALL, base, codeOf, describedMedia, emulator, optionsWith, png, post } from '../../support/app.ts'
import type { Send } from '../../support/compat-calls.ts'
import { sampleFile } from '../../support/media.ts'
import { INIT_WAYS, ONE_SHOT_WAYS, PARAMETER_WAYS, type ParameterWay } from '../../support/parameter-ways.ts'
import { WAYS_IN } from '../../support/ways-in.ts'

type Allow = NonNullable<XMediaOptions['allow']>

function clientOf(allow?: Allow, changes: Partial<XMediaOptions> = {}): Send {
  const app = xMedia(optionsWith({ compat: true, ...(allow && { allow }), ...changes }))
  return async (method, path, init) => await app.request(path, { ...init, method })
}

/** Expects that an upload is refused in the shape of its API, with the name of the option, and without a call to X. */
async function expectRefused(sending: () => Promise<Response>, option: string): Promise<void> {
  const before = emulator.requests().counts
  const response = await sending()
  const sentence = expect.stringContaining(`\`${option}\``)
  const problem = await response.json()
  expect([response.status, problem.code ?? problem.title, problem.errors?.[0]?.message ?? problem.detail]).toEqual([
    400,
    expect.stringMatching(/^(?:invalid_parameter|Invalid Request)$/),
    sentence,
  ])
  expect(emulator.requests().counts).toEqual(before)
}

/** What X has of an upload that was accepted. */
async function uploaded(response: Response) {
  const json = await response.json()
  expect(response.ok, JSON.stringify(json)).toBe(true)
  return await emulator.upload(json.data.id)
}

const ASKED: readonly [string, Readonly<Record<string, string>>, string][] = [
  ['the shared flag', { shared: 'true' }, 'allow.shared'],
  ['amplify_video', { media_category: 'amplify_video' }, 'allow.categories'],
]

const prefixed = (prefix: string, ways: Readonly<Record<string, ParameterWay>>): [string, ParameterWay][] =>
  Object.entries(ways).map(([name, way]) => [`${prefix} ${name}`, way])

const OWN_WAYS = prefixed('parameters', PARAMETER_WAYS)
const UPLOADS = [...OWN_WAYS, ...prefixed('parameters of X’s own INIT', INIT_WAYS)]
const ONE_SHOTS = prefixed('parameters of X’s own one-shot upload', ONE_SHOT_WAYS)

describe.each(UPLOADS)('%s', (_, upload) => {
  it.each(ASKED)('cannot ask for %s by default', async (_what, parameters, option) => {
    await expectRefused(() => upload(clientOf(), parameters), option)
  })

  it('can ask for all of it where the app allows it', async () => {
    const parameters = { media_category: 'amplify_video', additional_owners: '12,34', shared: 'true' }
    expect(await uploaded(await upload(clientOf(ALLOW_ALL), parameters))).toMatchObject({
      ...{ media_category: 'amplify_video', additional_owners: ['12', '34'], shared: true },
    })
  })

  it('can always say that the media is not shared, and choose any other category for its type', async () => {
    for (const media_category of ['tweet_video', 'dm_video']) {
      const media = await uploaded(await upload(clientOf(), { media_category, shared: 'false' }))
      expect(media).toMatchObject({ media_category, shared: false })
    }
  })
})

describe.each([...UPLOADS, ...ONE_SHOTS])('additional owners as %s', (_, upload) => {
  it('are off by default', async () => {
    await expectRefused(() => upload(clientOf(), { additional_owners: '12' }), 'allow.additionalOwners')
  })

  it('are those that the function of the app allows', async () => {
    const asked = new Set<string>()
    const send = clientOf({
      additionalOwners(ids) {
        asked.add(ids.join(' and '))
        return ids.every((id) => id !== '34')
      },
    })
    const media = await uploaded(await upload(send, { additional_owners: '12,56' }))
    expect(media).toMatchObject({ additional_owners: ['12', '56'] })
    await expectRefused(() => upload(send, { additional_owners: '12,34' }), 'allow.additionalOwners')
    expect([...asked]).toEqual(['12 and 56', '12 and 34'])
  })
})

it.each([
  ...UPLOADS.map(([name, upload]) => [name, upload, 'video'] as const),
  ...ONE_SHOTS.map(([name, upload]) => [name, upload, 'image'] as const),
])('a refusal costs none of the uploads that a subject may create in an hour: %s', async (_, upload, kind) => {
  const categories = ['dm_image', 'dm_video'] as const
  const send = clientOf({ categories }, { limits: { creationsPerHour: 1 } })
  const media_category = `dm_${kind}`
  await expectRefused(() => upload(send, { media_category: `tweet_${kind}` }), 'allow.categories')
  await expectRefused(() => upload(send, { media_category, additional_owners: '12' }), 'allow.additionalOwners')
  expect(await uploaded(await upload(send, { media_category }))).toMatchObject({ media_category })
})

it('additional owners are refused by a function that does not return true, such as an async one', async () => {
  // A caller without types may give anything.
  for (const answer of [Promise.resolve(true), 1, 'yes', undefined]) {
    const app = Reflect.apply(xMedia, undefined, [{ ...base, allow: { additionalOwners: () => answer } }])
    expect(await codeOf(app.request('/?additional_owners=12', post(png)))).toEqual([400, 'invalid_parameter'])
  }
})

describe.each(OWN_WAYS)('alternative text among the %s', (_, upload) => {
  it('is refused where the app does not allow it', async () => {
    await expectRefused(() => upload(clientOf({ metadata: [] }), { alt_text: 'A cat' }), 'allow.metadata')
    expect(await uploaded(await upload(clientOf(), { alt_text: 'A cat' }))).toMatchObject({ alt_text: 'A cat' })
  })
})

describe('inspect', () => {
  const ASKED_FOR_ALL = { media_category: 'dm_video', additional_owners: '12,34', shared: 'true' }

  /** What `inspect` gets to know of an upload. */
  async function inspected(upload: ParameterWay, parameters: Readonly<Record<string, string>>): Promise<object[]> {
    const files: object[] = []
    const send = clientOf(ALLOW_ALL, {
      inspect(_, { c: _c, ...file }) {
        files.push(file)
        return undefined
      },
    })
    await uploaded(await upload(send, parameters))
    return files
  }

  const known = {
    ...{ declaredType: 'video/mp4', mediaType: 'video/mp4', totalBytes: 5000 },
    principal: { subject: 'u1' },
  }
  const asked = { category: 'dm_video', additionalOwners: ['12', '34'], shared: true }

  it.each(OWN_WAYS)('sees all that the client asks for: %s', async (_, upload) => {
    const parameters = { ...ASKED_FOR_ALL, alt_text: 'A cat' }
    expect(await inspected(upload, parameters)).toEqual([{ ...known, ...asked, altText: 'A cat' }])
  })

  it.each(prefixed('parameters of X’s own INIT', INIT_WAYS))(
    'sees all that the client asked for: %s',
    async (_, upload) => expect(await inspected(upload, ASKED_FOR_ALL)).toEqual([{ ...known, ...asked }]),
  )

  it.each(ONE_SHOTS)('sees all that the client asks for: %s', async (_, upload) => {
    expect(await inspected(upload, { media_category: 'dm_image', additional_owners: '12' })).toMatchObject([
      { category: 'dm_image', additionalOwners: ['12'], totalBytes: 5000 },
    ])
  })
})

describe('a category', () => {
  const only = (...categories: NonNullable<Allow['categories']>) =>
    describedMedia(optionsWith({ allow: { categories } }))
  const endless = (type: string) => ({
    ...{ method: 'POST', headers: { 'content-type': type, 'content-length': '5000' } },
    ...{ body: new ReadableStream<Uint8Array>(), duplex: 'half' },
  })

  it('that is not allowed is refused before the body is read, also when it follows from the media type', async () => {
    const app = only('tweet_image', 'dm_video')
    const refusal = { status: 400, code: 'invalid_parameter' }
    expect(await (await app.request('/', endless('video/mp4'))).json()).toMatchObject({
      ...refusal,
      detail:
        'This server does not allow the category tweet_video. Its option `allow.categories` has tweet_image, dm_video.',
    })
    expect(await codeOf(app.request('/?media_category=dm_image', endless('image/png')))).toEqual([
      400,
      'invalid_parameter',
    ])
  })

  it('that is not allowed is refused when the first bytes show it', async () => {
    const app = only('tweet_image')
    const unknown = { 'content-type': 'application/octet-stream' }
    const uploads = emulator.uploads().length
    expect(await codeOf(app.request('/', post(sampleFile('video/mp4', 5000), unknown)))).toEqual([
      400,
      'invalid_parameter',
    ])
    expect(emulator.uploads()).toHaveLength(uploads)
    expect((await app.request('/', post(sampleFile('image/png', 5000), unknown))).status).toBe(201)
  })

  it('that is allowed may come after the file, although the one that the type implies is not', async () => {
    const body = new FormData()
    body.append('media', new File([sampleFile('video/mp4', 5000)], 'a.mp4', { type: 'video/mp4' }))
    body.append('media_category', 'dm_video')
    const response = await only('dm_video').request('/', { method: 'POST', body })
    expect(await uploaded(response)).toMatchObject({ media_category: 'dm_video' })
  })
})

it('alternative text after a file larger than the first segment is refused before FINALIZE', async () => {
  const body = new FormData()
  body.append('total_bytes', '20000')
  body.append('media', new File([sampleFile('image/png', 20_000)], 'a.png', { type: 'image/png' }))
  body.append('alt_text', 'A cat')
  const app = describedMedia(optionsWith({ allow: { metadata: [] }, x: { segmentBytes: 5000 } }))
  const { finalize } = emulator.requests().counts
  const response = await app.request('/', { method: 'POST', body })
  expect(await response.json()).toMatchObject({
    ...{ status: 400, code: 'invalid_parameter' },
    detail: 'This server does not allow `alt_text`. Its option `allow.metadata` does not have it.',
  })
  expect(emulator.requests().counts.finalize).toBe(finalize)
})

describe.each(Object.entries(WAYS_IN))('a file of any type that X takes, %s', (_, upload) => {
  it.each(['image/png', 'image/gif', 'video/mp4', 'text/vtt', 'model/gltf-binary', 'model/vnd.usdz+zip'] as const)(
    'is allowed by default: %s',
    async (mediaType) => {
      const outcome = await upload({ x: base.x ?? {}, mediaType, file: sampleFile(mediaType, 5000) })
      expect(outcome.error, outcome.told).toBeUndefined()
      expect(await emulator.upload(outcome.id ?? '')).toMatchObject({ media_type: mediaType, finalized: true })
    },
  )
})

it('the app’s own uploads are not restricted', async () => {
  const client = createXMedia({ token: 'server-held-token', x: base.x ?? {} })
  const { data } = await client.upload({
    ...{ source: sampleFile('video/mp4', 5000), mediaType: 'video/mp4', category: 'amplify_video' },
    ...{ additionalOwners: ['12'], shared: true, altText: 'A cat' },
  })
  expect(await emulator.upload(data.id)).toMatchObject({
    ...{ media_category: 'amplify_video', additional_owners: ['12'], shared: true, alt_text: 'A cat' },
  })
})
