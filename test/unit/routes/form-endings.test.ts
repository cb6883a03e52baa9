import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { UploadEnv } from '../../../src/routes/upload.ts'
import { base, describedMedia, emulator, optionsWith } from '../../support/app.ts'
import { FORM_CLIENTS, type FormClient } from '../../support/form-clients.ts'
import { sampleFile } from '../../support/media.ts'
import { contentTypeOf, type Part, part, render } from '../../support/multipart.ts'
import { contents } from '../../support/multipart-forms.ts'

const SEGMENT_BYTES = 8192
const BELOW = 5000
const ABOVE = 20_000

const app = () => describedMedia(optionsWith({ x: { segmentBytes: SEGMENT_BYTES } }, base))

/** A video of so many bytes, none of which can be cut off or added unnoticed. */
function videoOf(bytes: number): string {
  const file = sampleFile('video/mp4', bytes).map((byte, index) => byte || index % 251)
  return Buffer.from(file).toString('latin1')
}

interface Request {
  client: Omit<FormClient, 'name'>
  file: string
  framing: 'Content-Length' | 'chunked'
  before?: Part[]
  after?: Part[]
  subject?: string
}

async function send(to: Hono<UploadEnv>, { client, file, framing, before = [], after = [], subject }: Request) {
  const { boundary, userAgent, end } = client
  const parts = [...before, part('name="media"; filename="a.mp4"', file, 'Content-Type: video/mp4'), ...after]
  const body = Buffer.from(render({ boundary, parts, end }).join(''), 'latin1')
  const headers = {
    'content-type': contentTypeOf(boundary),
    'user-agent': userAgent,
    ...(framing === 'chunked' ? {} : { 'content-length': String(body.length) }),
    ...(subject === undefined ? {} : { 'x-demo-user': subject }),
  }
  return await to.request('/', { method: 'POST', headers, body })
}

async function expectAccepted(answer: Response, file: string) {
  const json = await answer.json()
  expect([answer.status, json]).toMatchObject([201, { data: { size: file.length } }])
  const sha256 = createHash('sha256').update(file, 'latin1').digest('hex')
  expect(await emulator.upload(json.data.id)).toMatchObject({ finalized: true, size: file.length, sha256 })
}

/** Expects that an upload is refused, and that X has finalized nothing of it. */
async function expectRefused(sending: () => Promise<Response>, problem: object) {
  const finalized = () => emulator.uploads().filter(({ finalized }) => finalized).length
  const before = finalized()
  const answer = await sending()
  expect([answer.status, await answer.json()]).toMatchObject([400, problem])
  expect(finalized()).toBe(before)
}

const total = (file: string) => part('name="total_bytes"', String(file.length))

describe.each(FORM_CLIENTS)('a form of $name', (client) => {
  const media = app()
  for (const framing of ['Content-Length', 'chunked'] as const) {
    for (const [size, bytes] of [
      ['below', BELOW],
      ['above', ABOVE],
    ] as const) {
      for (const isTold of [true, false]) {
        const isUnknown = framing === 'chunked' && size === 'above' && !isTold
        const outcome = isUnknown ? 'is refused with 411' : 'is uploaded as it is'
        it(`${outcome}: ${framing}, ${size} one segment, its size ${isTold ? 'told' : 'not told'}`, async () => {
          const file = videoOf(bytes)
          const answer = await send(media, { client, file, framing, before: isTold ? [total(file)] : [] })
          if (isUnknown) expect(answer.status).toBe(411)
          else await expectAccepted(answer, file)
        })
      }
    }
  }
})

describe('a form of an unknown client', () => {
  const unknown = (end: string, boundary = '----a1b2') => ({ boundary, userAgent: 'app/1', end })

  it.each([
    ['nothing', ''],
    ['one line feed', '\n'],
    ['two line breaks', '\r\n\r\n'],
    ['three line breaks', '\r\n\r\n\r\n'],
    ['a text', '\r\nbye'],
    ['64 KiB', 'x'.repeat(65_536)],
  ])('that ends in %s is refused once, with what to do, and accepted the next time', async (_, end) => {
    const media = app()
    const file = videoOf(ABOVE)
    const framing = 'Content-Length'
    await expectRefused(() => send(media, { client: unknown(end), file, framing }), {
      code: 'length_conflict',
      detail: expect.stringMatching(
        / but the file has 20,000 bytes\. Send `total_bytes` before the file, .* Or try again/,
      ),
    })
    await expectAccepted(await send(media, { client: unknown(end, '----c3d4'), file, framing }), file)
    // The memory is the instance's own.
    await expectRefused(() => send(app(), { client: unknown(end), file, framing }), { code: 'length_conflict' })
  })

  it('is understood for the user who has sent one, and changes nothing for others', async () => {
    const media = app()
    const file = videoOf(ABOVE)
    const sendAs = (subject: string, end: string) =>
      send(media, { client: unknown(end), file, framing: 'Content-Length', subject })
    await expectRefused(() => sendAs('u1', ''), { code: 'length_conflict' })
    await expectAccepted(await sendAs('u1', ''), file)
    await expectAccepted(await sendAs('u2', '\r\n'), file)
    await expectRefused(() => sendAs('u2', 'odd'), { code: 'length_conflict' })
    await expectAccepted(await sendAs('u1', ''), file)
  })

  it('is learnt nothing from when a field follows its file', async () => {
    const media = app()
    const request: Request = { client: unknown('\r\n'), file: videoOf(ABOVE), framing: 'Content-Length' }
    for (const [name, shown] of [
      ['alt_text', '`alt_text`'],
      ['comment', '"comment"'],
    ] as const) {
      const after = [part(`name="${name}"`, 'v')]
      await expectRefused(() => send(media, { ...request, after }), {
        code: 'length_conflict',
        detail: expect.stringContaining(`Send ${shown} before the file, or \`total_bytes\`.`),
      })
    }
    await expectAccepted(await send(media, request), request.file)
  })

  it('may end in anything when it tells the size', async () => {
    const media = app()
    await fc.assert(
      fc.asyncProperty(
        contents('----a1b2', 0),
        fc.constantFrom(BELOW, ABOVE),
        fc.constantFrom('Content-Length' as const, 'chunked' as const),
        async (end, bytes, framing) => {
          const file = videoOf(bytes)
          const answer = await send(media, { client: unknown(end), file, framing, before: [total(file)] })
          await expectAccepted(answer, file)
        },
      ),
      { seed: 1, numRuns: 100 },
    )
  })
})
