import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createEmulator, type EmulatorOptions, type Fault } from '../../../src/emulator/index.ts'
import { createXMedia, type XApiOptions } from '../../../src/index.ts'
import { compatClient, initialize, json } from '../../support/compat-calls.ts'
import { sampleFile } from '../../support/media.ts'
import { uploadFromApp, WAYS_IN } from '../../support/ways-in.ts'

const image = { mediaType: 'image/png', file: sampleFile('image/png', 5000) } as const

/** The emulator's account. */
const ACCOUNT = '1789012345'
/** Has more digits than a JavaScript number holds. */
const LONG_ACCOUNT = '2012982477812371457'

function apiOf(options: EmulatorOptions): XApiOptions {
  const emulator = createEmulator(options)
  return { fetch: async (url, init) => emulator.app.request(url, init) }
}

const STEPS = ['initialize', 'append', 'finalize'] as const
const noCredits = (step: Fault['step']): Fault => ({ step, kind: 'error', status: 402, times: 0 })
const spendCap = (step: Fault['step']): Fault => ({ step, kind: 'error', body: 'spend_cap', times: 0 })

describe.each(Object.entries(WAYS_IN))('an upload %s', (way, upload) => {
  const isCompat = way.startsWith('over X’s own API')

  it.each(STEPS)('ends in x_payment_required when X has no credits left at the step %s', async (step) => {
    const { error, told } = await upload({ x: apiOf({ faults: [noCredits(step)] }), ...image })
    expect(error).toBe(isCompat ? '402' : 'x_payment_required')
    expect(told).not.toContain(ACCOUNT)
    expect(told).toContain(isCompat ? 'Your enrolled account [ID] does not' : 'no credits left')
  })

  it.each(STEPS)('ends in x_payment_required when X’s spend cap is reached at the step %s', async (step) => {
    const { error, told } = await upload({ x: apiOf({ faults: [spendCap(step)] }), ...image })
    expect(error).toBe(isCompat ? '403' : 'x_payment_required')
    expect(told).not.toContain(ACCOUNT)
    expect(told).toContain(isCompat ? 'Your enrolled account [ID] has reached' : 'reached its spend cap')
  })
})

describe('the id of the server’s account', () => {
  const answering = (status: number, body: string): XApiOptions => ({
    fetch: async () => new Response(body, { status }),
  })

  it.each([
    [
      'a number',
      402,
      `{"account_id":${LONG_ACCOUNT},"title":"CreditsDepleted","detail":"Account ${LONG_ACCOUNT} is empty"}`,
    ],
    ['a string', 403, `{"account_id":"${LONG_ACCOUNT}","title":"SpendCapReached","detail":"Not for ${LONG_ACCOUNT}."}`],
    ['only in a text', 400, `{"detail":"Your enrolled account [${LONG_ACCOUNT}] may not."}`],
    ['in a list of errors', 400, `{"errors":[{"account_id":${LONG_ACCOUNT},"message":"No: ${LONG_ACCOUNT}"}]}`],
    ['in a string error', 400, `{"errors":["Your enrolled account [${LONG_ACCOUNT}] may not."]}`],
    ['in parameters', 400, `{"errors":[{"message":"No","parameters":{"account_id":["${LONG_ACCOUNT}"]}}]}`],
    ['in a title', 403, `{"title":"Account [${LONG_ACCOUNT}]","type":"about:blank"}`],
  ])('reaches no client when it is %s of an error', async (_, status, body) => {
    for (const upload of Object.values(WAYS_IN)) {
      const { id, told } = await upload({ x: answering(status, body), ...image })
      expect(id).toBeUndefined()
      expect(told).not.toContain(LONG_ACCOUNT.slice(0, 12))
    }
  })

  it('is not told when only the alternative text fails', async () => {
    const client = createXMedia({ token: 't', x: apiOf({ faults: [noCredits('metadata')] }) })
    const answer = await client.upload({ source: image.file, mediaType: 'image/png', altText: 'A cat' })
    expect(answer.errors).toMatchObject([{ detail: 'The X account behind this server has no credits left.' }])
    expect(JSON.stringify(answer)).not.toContain(ACCOUNT)
  })

  it('is not told by a status, nor by what processing failed with', async () => {
    const video = { mediaType: 'video/mp4', file: sampleFile('video/mp4', 5000) } as const
    const message = `Your enrolled account [${LONG_ACCOUNT}] may not upload such videos.`
    const x = apiOf({
      processing: { pendingSecs: 0, inProgressSecs: 0 },
      faults: [{ step: 'finalize', kind: 'processing_failed', error: { message } }, noCredits('status')],
    })
    const { id = '', told } = await uploadFromApp({ x, ...video })
    expect(told).toContain('Your enrolled account [ID] may not upload such videos.')
    expect(told).not.toContain(LONG_ACCOUNT)
    const error: unknown = await createXMedia({ token: 't', x })
      .status(id)
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'x_payment_required' })
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(ACCOUNT)
  })

  it('is taken out of texts alone: other numbers stay', async () => {
    const send = compatClient({ x: answering(400, `{"detail":"Segments 1 of 12345 at account 5","title":"Bad"}`) })
    const answer = await send('POST', '/upload/initialize', json({ media_type: 'image/png', total_bytes: 5000 }))
    expect(await answer.json()).toMatchObject({ detail: 'Segments 1 of 12345 at account 5' })
  })

  it('is not in metadata that X answers with', async () => {
    const emulator = createEmulator()
    const send = compatClient({
      x: {
        async fetch(url, init) {
          if (!url.endsWith('/metadata')) return emulator.app.request(url, init)
          return new Response(
            `{"account_id":${LONG_ACCOUNT},"data":{"associated_metadata":{"account_id":${LONG_ACCOUNT}}}}`,
          )
        },
      },
    })
    const id = await initialize(send)
    const answer = await send('POST', '/metadata', json({ id, metadata: {} }))
    expect(await answer.json()).toEqual({ data: { id, associated_metadata: {} } })
  })
})
