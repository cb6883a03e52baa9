import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type XMediaOptions, xMedia } from '../../../src/index.ts'
import { instanceOf } from '../../../src/instance.ts'
import { MIN_UPLOAD_BUFFER_BYTES } from '../../../src/relay/segment-plan.ts'
import { optionsWith } from '../../support/app.ts'
import { base64, expectReceived, finalize, initialize, json, type Send } from '../../support/compat-calls.ts'
import { sampleFile } from '../../support/media.ts'

const MIB = 1024 * 1024
/** The longest body that a segment of 5,000,000 bytes makes, in bytes. */
const LONGEST = 6_700_000

/** A server whose memory shows, with an upload of `u1`. */
async function setUp(changes: Partial<XMediaOptions> = {}, totalBytes = 5_000_000) {
  const options = optionsWith({ compat: true, ...changes })
  const app = new Hono().route('/', xMedia(options))
  const { counters, relay } = instanceOf(options)
  const sendAs =
    (subject: string): Send =>
    async (method, path, init = {}) => {
      const headers = new Headers(init.headers)
      headers.set('x-demo-user', subject)
      return await app.request(`/2/media${path}`, { ...init, method, headers })
    }

  /** Sends the beginning of a JSON body, and no more. */
  function begin(subject: string, path: string, text: string, length?: number) {
    const abort = new AbortController()
    onTestFinished(() => abort.abort())
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
    })
    const headers = { 'content-type': 'application/json', 'x-demo-user': subject }
    const declared = length === undefined ? headers : { ...headers, 'content-length': String(length) }
    const init = { method: 'POST', body, headers: declared, duplex: 'half', signal: abort.signal }
    const response = Promise.resolve(app.request(new Request(`http://x/2/media${path}`, init)))
    return { response, abort: () => abort.abort() }
  }

  const id = await initialize(sendAs('u1'), { media_type: 'video/mp4', total_bytes: totalBytes })
  return { counters, memory: relay.memory, sendAs, begin, id }
}

const PATHS: [string, (id: string) => string][] = [
  ['APPEND', (id) => `/upload/${id}/append`],
  ['command=APPEND', (id) => `/upload?command=APPEND&media_id=${id}&segment_index=0`],
  ['a file in one request', () => '/upload'],
]

describe('a JSON body of X’s own API', () => {
  it.each(PATHS)('with %s takes as much memory as has arrived, whatever length it declares', async (_, pathOf) => {
    const { memory, begin, id } = await setUp()
    for (const length of [undefined, LONGEST]) {
      const few = begin('u1', pathOf(id), '{"a":', length)
      await expect.poll(() => memory.committedBytes).toBeGreaterThan(0)
      expect(memory.committedBytes).toBeLessThanOrEqual(memory.cost(MIN_UPLOAD_BUFFER_BYTES))
      few.abort()
      await few.response
      expect(memory.committedBytes).toBe(0)

      const many = begin('u1', pathOf(id), `{"media":"${'A'.repeat(3_000_000)}`, length)
      await expect.poll(() => memory.committedBytes).toBeGreaterThanOrEqual(3_000_000)
      many.abort()
      await many.response
      expect(memory.committedBytes).toBe(0)
    }
  })

  it('that is longer than the limit is refused by its Content-Length', async () => {
    const { begin, id } = await setUp()
    expect((await begin('u1', `/upload/${id}/append`, '{"a":', 7_000_000).response).status).toBe(413)
  })

  it('leaves room for others while two subjects hold 12 of them', async () => {
    const { counters, memory, sendAs, begin, id } = await setUp()
    const other = await initialize(sendAs('u2'), { media_type: 'video/mp4', total_bytes: 5_000_000 })
    for (let count = 0; count < 6; count++) {
      begin('u1', `/upload/${id}/append`, '{"a":')
      begin('u2', `/upload/${other}/append`, '{"a":', LONGEST)
    }
    await expect.poll(() => counters().uploads).toBe(12)
    expect(memory.committedBytes).toBeLessThanOrEqual(12 * memory.cost(MIN_UPLOAD_BUFFER_BYTES))
    const file = sampleFile('video/mp4', 4 * MIB)
    const third = await initialize(sendAs('u3'), { media_type: 'video/mp4', total_bytes: file.length })
    const segment = json({ media: base64(file), segment_index: 0 })
    expect((await sendAs('u3')('POST', `/upload/${third}/append`, segment)).status).toBe(200)
    expect((await finalize(sendAs('u3'), third)).status).toBe(200)
    await expectReceived(third, file)
  })

  it('of the largest segment fits into the smallest memory', async () => {
    const { memory, sendAs, id } = await setUp({ limits: { memoryBytes: 48 * MIB }, x: { segmentBytes: 5_000_000 } })
    const file = sampleFile('video/mp4', 5_000_000)
    const segment = json({ media: base64(file), segment_index: 0 })
    const answer = await sendAs('u1')('POST', `/upload/${id}/append`, segment)
    expect(answer.status, await answer.text()).toBe(200)
    await finalize(sendAs('u1'), id)
    await expectReceived(id, file)
    expect(memory.committedBytes).toBe(0)
  })
})
