import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createXMedia, type XApiOptions, type XMediaEvent, type XMediaOptions, xMedia } from '../../../src/index.ts'
import { optionsWith, post } from '../../support/app.ts'
import { compatClient, json, type Send } from '../../support/compat-calls.ts'
import { ECHOES, foundForms } from '../../support/echoes.ts'
import { sampleFile } from '../../support/media.ts'
import { uploadFromApp, WAYS_IN } from '../../support/ways-in.ts'

const ID = '1900000000000000001'
const file = sampleFile('video/mp4', 5000)
const video = { mediaType: 'video/mp4', file } as const

/** Tokens as RFC 6750 section 2.1 has them, short enough for an answer that repeats one in every place. */
const token: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('server-held-token', 'AAAAAAAAAAAAAAAAAAAAAMLheAAA0+uSeid+BULvsea4=', 'lower_case.words'),
  fc
    .tuple(fc.stringMatching(/^[A-Za-z0-9\-._~+/]{16,45}$/), fc.stringMatching(/^={0,2}$/))
    .map(([text, padding]) => text + padding),
)

/** A whole answer of X with an echo in every place. With an id, it is a media's. */
function answerWith(echo: string, id: string | undefined, state: string): object {
  const members = {
    ...{ title: echo, detail: echo, type: echo, message: echo, error: echo, name: echo, request: echo },
    ...{ parameter: echo, value: echo, section: echo, field: echo, resource_id: echo, resource_type: echo },
    ...{ [echo]: echo, status: echo, code: echo, reason: echo },
  }
  const parameters = { [echo]: [echo], media_id: [echo, [echo]], authorization: echo }
  const track = { ...members, id: id ?? echo, language_code: echo, display_name: echo }
  return {
    ...members,
    data: {
      ...{ ...members, id: id ?? echo, media_id_string: echo, media_id: echo, media_key: echo, size: echo },
      ...{ expires_after_secs: echo, expires_at: echo, deleted: echo },
      processing_info: { ...members, state, check_after_secs: echo, progress_percent: echo, error: members },
      image: { image_type: `image/${echo}`, w: echo, h: echo },
      video: { video_type: echo },
      associated_metadata: { [echo]: { [echo]: echo }, alt_text: { text: echo, [echo]: echo } },
      associated_subtitles: [{ ...track, language_code: 'EN' }, track, echo],
    },
    errors: [
      { ...members, parameters, errors: [members] },
      echo,
      { message: { [echo]: echo } },
      { ...members, code: 1 },
    ],
  }
}

function headersWith(echo: string): Record<string, string> {
  return {
    ...{ 'x-rate-limit-limit': echo, 'x-rate-limit-remaining': echo, 'x-rate-limit-reset': echo },
    ...{ 'x-user-limit-24hour-remaining': echo, 'x-app-limit-24hour-reset': echo, 'retry-after': echo },
    ...{ 'x-request-id': echo, location: echo, 'set-cookie': echo, link: echo, warning: echo },
  }
}

interface EchoOptions {
  echo: (token: string) => string
  /** The step that X answers with this status; other steps succeed. */
  step: string
  status: number
  /** Whether the id of the media is echoed too. */
  id?: boolean
  state?: string
}

/** An X that echoes the token in each of its answers. */
function echoing({ echo, step, status, id = false, state = 'pending' }: EchoOptions): XApiOptions {
  return {
    retry: { retries: 0 },
    async fetch(url, { method, headers }) {
      const said = echo((headers['authorization'] ?? '').replace(/^Bearer /, ''))
      const isAtStep = step === (method === 'GET' ? 'status' : (url.split('/').at(-1) ?? ''))
      const body = answerWith(said, id && isAtStep ? undefined : ID, state)
      return Response.json(body, { status: isAtStep ? status : 200, headers: headersWith(said) })
    },
  }
}

const options: fc.Arbitrary<EchoOptions> = fc.record({
  echo: fc.constantFrom(...Object.values(ECHOES)),
  step: fc.constantFrom('initialize', 'append', 'finalize', 'upload', 'status', 'metadata', 'subtitles'),
  status: fc.constantFrom(200, 400, 401, 402, 403, 404, 408, 413, 429, 431, 500, 503, 599),
  id: fc.boolean(),
  state: fc.constantFrom('pending', 'in_progress', 'failed', 'succeeded'),
})

describe.each(Object.entries(WAYS_IN))('the token that X echoes to an upload %s', (_, upload) => {
  it('reaches no client, event, log or error', async () => {
    await fc.assert(
      fc.asyncProperty(token, options, async (secret, echoOptions) => {
        const { told } = await upload({ x: echoing(echoOptions), token: secret, ...video })
        expect(foundForms(told, secret)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})

/** What is done with a media after its upload, and what came of it. */
const LATER: Readonly<Record<string, (app: (more: Partial<XMediaOptions>) => Promise<Uploaded>) => Promise<string>>> = {
  'a status': async (app) => {
    const { request, location } = await app({})
    return await textOf(await request('GET', location))
  },
  'a stream of statuses': async (app) => {
    const { request, location } = await app({})
    const response = await request('GET', location, { headers: { accept: 'text/event-stream' } })
    return await textOf(response)
  },
  'a status over X’s own API': async (app) => {
    const { request } = await app({ compat: true })
    return await textOf(await request('GET', `/2/media/upload?media_id=${ID}`))
  },
  'metadata over X’s own API': async (app) => {
    const { request } = await app({ compat: true })
    const metadata = json({ id: ID, metadata: { alt_text: { text: 'A cat' } } })
    return await textOf(await request('POST', '/2/media/metadata', metadata))
  },
  'subtitles over X’s own API': async (app) => {
    const { request } = await app({ compat: true })
    const subtitles = { id: ID, language_code: 'EN', display_name: 'English' }
    const added = json({ id: ID, media_category: 'TweetVideo', subtitles })
    const removed = json({ id: ID, media_category: 'TweetVideo', language_code: 'EN' })
    const responses = [
      await request('POST', '/2/media/subtitles', added),
      await request('DELETE', '/2/media/subtitles', removed),
    ]
    return (await Promise.all(responses.map(textOf))).join('\n')
  },
}

async function textOf(response: Response): Promise<string> {
  return JSON.stringify([...response.headers]) + (await response.text())
}

interface Uploaded {
  request: Send
  /** Where the status is. */
  location: string
}

describe.each(Object.entries(LATER))('the token that X echoes to %s', (_, act) => {
  it('reaches no client, event or log', async () => {
    await fc.assert(
      fc.asyncProperty(token, options, async (secret, echoOptions) => {
        const told: unknown[] = []
        // Streams end with the first answer of X.
        const state = echoOptions.state === 'failed' ? 'failed' : 'succeeded'
        const events = { onEvent: (event: XMediaEvent) => told.push(event), log: (line: string) => told.push(line) }
        const isUpload = ['initialize', 'append', 'finalize', 'upload'].includes(echoOptions.step)
        const x = echoing({ ...echoOptions, state, status: isUpload ? 200 : echoOptions.status, id: false })
        const text = await act(async (more) => {
          const app = xMedia(optionsWith({ token: secret, x, ...events, ...more }))
          const request: Send = async (method, path, init) => await app.request(path, { ...init, method })
          if (more.compat) await uploadOverCompat(request)
          const uploaded = await request('POST', '/', post(file, { 'content-type': 'video/mp4' }))
          return { request, location: uploaded.headers.get('location') ?? '' }
        })
        expect(text).not.toBe('')
        expect(foundForms(text + JSON.stringify(told), secret)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})

async function uploadOverCompat(request: Send): Promise<void> {
  const media = Buffer.from(file).toString('base64')
  const steps: [string, object][] = [
    ['initialize', { media_type: 'video/mp4', total_bytes: file.length }],
    [`${ID}/append`, { media, segment_index: 0 }],
    [`${ID}/finalize`, {}],
  ]
  for (const [path, fields] of steps) {
    expect((await request('POST', `/2/media/upload/${path}`, json(fields))).status).toBe(200)
  }
}

describe('the app itself', () => {
  it('gets no error with a token that X or its own fetch echoes', async () => {
    await fc.assert(
      fc.asyncProperty(token, options, fc.boolean(), async (secret, echoOptions, throws) => {
        const x: XApiOptions = throws
          ? {
              retry: { retries: 0 },
              async fetch(url, init) {
                const said = echoOptions.echo(secret)
                const cause = Object.assign(new Error(said), { code: 'ECONNRESET', config: init, headers: said })
                throw new Error(`cannot fetch ${url} with ${said}`, { cause })
              },
            }
          : echoing({ ...echoOptions, status: Math.max(400, echoOptions.status) })
        const client = createXMedia({ token: secret, x })
        const calls = [
          () => client.status(ID),
          () => client.metadata(ID, { altText: 'A cat' }),
          () => client.subtitles.remove({ id: ID, media_category: 'TweetVideo', language_code: 'EN' }),
          () => client.upload({ source: file, mediaType: 'video/mp4', altText: 'A cat' }),
        ]
        for (const call of calls) {
          const outcome: unknown = await call().catch((error: unknown) => error)
          const shown = inspect(outcome, { depth: 10, showHidden: true }) + JSON.stringify(outcome)
          expect(foundForms(shown, secret)).toEqual([])
        }
      }),
      { numRuns: 60 },
    )
  })

  it('learns why X could not be reached', async () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:8788'), { code: 'ECONNREFUSED' })
    const fetchFailed = new TypeError('fetch failed', { cause })
    const client = createXMedia({
      token: 'server-held-token',
      x: { retry: { retries: 0 }, fetch: () => Promise.reject(fetchFailed) },
    })
    await expect(client.status(ID)).rejects.toMatchObject({
      code: 'x_unavailable',
      cause: {
        name: 'TypeError',
        message: 'fetch failed',
        cause: { message: 'connect ECONNREFUSED 127.0.0.1:8788', code: 'ECONNREFUSED' },
      },
    })
  })
})

describe.each(['783214', '1789012345', '2012982477812371457'])('the account id %s in X’s 402 and 403', (account) => {
  const body = (title: string) =>
    `{"account_id":${account},"title":"${title}","type":"about:blank","detail":"Account ${account}: user ${account} ` +
    `may not, says account [${account}].","accounts":[${account}],"account_${account}":1,"errors":[` +
    `{"account_id":"${account}","message":"For ${account}","code":${account},"value":"${account}","resource_id":` +
    `"${account}","parameters":{"account_id":["${account}",${account}],"${account}":["x"]}},"id=${account}"]}`
  const headers = { 'x-rate-limit-limit': '100', 'x-account-id': account, 'www-authenticate': account }
  const refusing = (step: string, status: number, title: string): XApiOptions => {
    const succeeding = echoing({ echo: () => 'Fine', step: '', status: 200 }).fetch
    return {
      retry: { retries: 0 },
      async fetch(url, init) {
        const isAtStep = init.method === 'GET' ? step === 'status' : url.endsWith(`/${step}`)
        if (isAtStep || succeeding === undefined) return new Response(body(title), { status, headers })
        return await succeeding(url, init)
      },
    }
  }
  const REFUSALS = [
    [402, 'CreditsDepleted'],
    [403, 'SpendCapReached'],
    [403, 'Forbidden'],
  ] as const
  const isTold = (text: string) => new RegExp(`(?<!\\d)${account}(?!\\d)`).test(text)

  it.each(Object.entries(WAYS_IN))('reaches no client, event, log or error of an upload %s', async (_, upload) => {
    for (const [status, title] of REFUSALS) {
      for (const step of ['initialize', 'append', 'finalize', 'upload']) {
        const { told } = await upload({ x: refusing(step, status, title), ...video })
        expect([step, status, isTold(told)]).toEqual([step, status, false])
      }
    }
  })

  it('reaches nobody who asks for a status', async () => {
    for (const [status, title] of REFUSALS) {
      const x = refusing('status', status, title)
      const { id = '' } = await uploadFromApp({ x, ...video })
      const error: unknown = await createXMedia({ token: 't', x })
        .status(id)
        .catch((reason: unknown) => reason)
      expect(isTold(inspect(error, { depth: 10, showHidden: true }))).toBe(false)
      const app = xMedia(optionsWith({ x, compat: true }))
      const uploaded = await app.request('/', post(file, { 'content-type': 'video/mp4' }))
      expect(uploaded.status).toBe(201)
      await uploadOverCompat(async (method, path, init) => await app.request(path, { ...init, method }))
      for (const path of [uploaded.headers.get('location') ?? '', `/2/media/upload?media_id=${ID}`]) {
        expect(isTold(await (await app.request(path)).text())).toBe(false)
      }
    }
  })
})

describe('what X says', () => {
  /** What a client of X's API is told when X answers INIT so. */
  async function toldOf(body: object, status = 400): Promise<unknown> {
    const send = compatClient({ x: { retry: { retries: 0 }, fetch: async () => Response.json(body, { status }) } })
    const response = await send('POST', '/upload/initialize', json({ media_type: 'video/mp4', total_bytes: 5000 }))
    return await response.json()
  }

  it.each([
    'Segments do not add up to provided total file size.',
    '$.total_bytes: number 17179869185 is greater than the maximum',
    '$.media_category: does not have a value in the enumeration [tweet_image, tweet_video, amplify_video, dm_gif]',
    '$.media_type: "video/x-ms-wmv" is not one of [video/mp4,video/mp2t,model/vnd.usdz+zip,image/jpeg]',
    'The `media_id` query parameter value [abc] is not valid. See https://docs.x.com/x-api/media/quickstart#errors.',
    'MediaIDs are required: “Größe” – 画像が大きすぎます (5MB, H264, MPEG4)!',
    'InvalidMedia: file is 5242881 bytes, limit 5242880; processing took 12.5s',
  ])('is told as it is: %s', async (detail) => {
    const expected = detail.replace('17179869185', 'ID')
    expect(await toldOf({ title: 'Invalid Request', detail })).toMatchObject({ detail: expected })
    expect(await toldOf({ errors: [{ message: detail }, detail] })).toMatchObject({
      errors: [{ message: expected }, { message: expected }],
    })
  })

  it('is told with its members, and its parameters by name', async () => {
    const problem = {
      ...{ title: 'Invalid Request', type: 'https://api.x.com/2/problems/invalid-request', status: 400, detail: 'No' },
      errors: [
        { message: 'No', parameters: { 'metadata.alt_text.text': ['A', 'B'], total_bytes: ['0'], $: [] } },
        { code: 324, message: 'Bad media' },
      ],
    }
    expect(await toldOf(problem)).toEqual(problem)
  })
})
