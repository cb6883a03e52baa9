import { expect, it } from 'vitest'
import { type XApiOptions, type XMediaEvent, xMedia } from '../../../src/index.ts'
import { optionsWith, post } from '../../support/app.ts'
import { useFakeClock } from '../../support/clock.ts'
import { json } from '../../support/compat-calls.ts'
import { ECHOES, foundForms } from '../../support/echoes.ts'
import { sampleFile } from '../../support/media.ts'

/** URLs, HTML and base64 each encode some of its characters in another way. */
const TOKEN = 'server-held+token/of_1.user='
const ID = '1900000000000000001'
const file = sampleFile('video/mp4', 5000)

interface Echo {
  status?: number
  headers?: Record<string, string>
  body?: object
}

/** Where X may put the token. */
const CHANNELS: Readonly<Record<string, (said: string) => Echo>> = {
  'the value of a rate-limit header': (said) => ({ headers: { 'x-rate-limit-limit': said } }),
  'the value of a 24-hour limit': (said) => ({ status: 429, headers: { 'x-user-limit-24hour-reset': said } }),
  'the Retry-After of a 429': (said) => ({ status: 429, headers: { 'retry-after': said } }),
  'the id of a media': (said) => ({ body: { data: { id: said } } }),
  'the key of a media': (said) => ({ body: { data: { id: ID, media_key: said } } }),
  'a number of a media': (said) => ({ body: { data: { id: ID, size: said, expires_after_secs: said } } }),
  'the name of a member': (said) => ({ body: { [said]: said, data: { id: ID, [said]: said } } }),
  'the error of the processing': (said) => ({
    body: { data: { id: ID, processing_info: { state: 'failed', error: { name: said, message: said } } } },
  }),
  'a partial error': (said) => ({ body: { data: { id: ID }, errors: [{ title: 'Partial', detail: said }] } }),
  'the detail of a problem': (said) => ({ status: 400, body: { title: 'Invalid', detail: said } }),
  'the name of a parameter': (said) => ({ status: 400, body: { errors: [{ parameters: { [said]: ['no'] } }] } }),
  'the value of a parameter': (said) => ({ status: 400, body: { errors: [{ parameters: { media_id: [said] } }] } }),
  'an error that is a text': (said) => ({ status: 403, body: { errors: [said] } }),
}

/** An X that answers `echo` at a step, and as usual at the others. */
function echoingAt(
  step: '/initialize' | '/finalize' | 'GET',
  { status = 200, headers = {}, body = { data: { id: ID } } }: Echo,
): XApiOptions {
  const usual = { data: { id: ID, processing_info: { state: 'pending', check_after_secs: 1 } } }
  return {
    retry: { retries: 0 },
    async fetch(url, { method }) {
      const isAtStep = method === step || url.endsWith(step)
      return isAtStep ? Response.json(body, { status, headers }) : Response.json(usual)
    },
  }
}

async function textOf(response: Response): Promise<string> {
  return JSON.stringify([...response.headers]) + (await response.text())
}

/** An app with this X, and what it tells its own listeners. */
function appWith(x: XApiOptions) {
  const told: (XMediaEvent | string)[] = []
  const listeners = { onEvent: (event: XMediaEvent) => told.push(event), log: (line: string) => told.push(line) }
  const app = xMedia(optionsWith({ token: TOKEN, compat: true, x, ...listeners }))
  const upload = async () => await app.request('/', post(file, { 'content-type': 'video/mp4' }))
  return { app, upload, told: () => JSON.stringify(told) }
}

it.each(Object.entries(CHANNELS))('%s brings the token to no client of an upload', async (_, channel) => {
  for (const [form, echo] of Object.entries(ECHOES)) {
    for (const step of ['/initialize', '/finalize'] as const) {
      const x = echoingAt(step, channel(echo(TOKEN)))
      const { upload, told } = appWith(x)
      const text = (await textOf(await upload())) + told()
      expect([form, step, foundForms(text, TOKEN)]).toEqual([form, step, []])
    }
  }
})

it.each(Object.entries(CHANNELS))('%s brings the token to no client of X’s own API', async (_, channel) => {
  for (const [form, echo] of Object.entries(ECHOES)) {
    const { app, told } = appWith(echoingAt('/initialize', channel(echo(TOKEN))))
    const fields = json({ media_type: 'video/mp4', total_bytes: 5000 })
    const response = await app.request('/2/media/upload/initialize', { method: 'POST', ...fields })
    expect([form, foundForms((await textOf(response)) + told(), TOKEN)]).toEqual([form, []])
  }
})

it.each(Object.entries(CHANNELS))('%s brings the token to no reader of a status or its events', async (_, channel) => {
  const clock = useFakeClock()
  for (const [form, echo] of Object.entries(ECHOES)) {
    for (const accept of ['application/json', 'text/event-stream']) {
      const { app, upload, told } = appWith(echoingAt('GET', channel(echo(TOKEN))))
      const location = (await upload()).headers.get('location') ?? ''
      await clock.advance(2000)
      const response = await app.request(location, { headers: { accept } })
      expect([form, accept, foundForms((await textOf(response)) + told(), TOKEN)]).toEqual([form, accept, []])
    }
  }
})
