import { freeBuffer } from '../../src/lib/buffers.ts'
import { createEnvelope, type Envelope } from '../../src/x/multipart-envelope.ts'
import { platformFetch } from '../../src/x/platform-fetch.ts'

const SEGMENT_BYTES: number = 4 * 1024 * 1024
const IN_FLIGHT = 3

/** Deno reads each chunk into a buffer of its own. */
const HAS_OWN_BUFFERS: boolean = navigator.userAgent.startsWith('Deno')

type View = Uint8Array<ArrayBuffer>

/** Memory for segments, from one upload to the next: fresh memory would cost page faults. */
const held: ArrayBuffer[] = []

/**
 * The least that a relay in segments can cost: each runtime's cheapest way to read, the cheapest to send, and memory for as
 * many segments as it likes. It checks nothing, limits nothing and repeats nothing.
 *
 * @param chunks Node's own request, which is cheaper to read than the stream that stands for it.
 */
export async function floor(request: Request, sinkUrl: string, chunks?: AsyncIterable<View>): Promise<Response> {
  const media = `${sinkUrl}/2/media/upload`
  const envelope = createEnvelope({ segment_index: '999' })
  const inFlight = new Set<Promise<void>>()
  let index = 0
  await send(`${media}/initialize`, 'application/json', '{}')
  for await (const segment of chunks ? gather(chunks, envelope) : readSegments(request.body, envelope)) {
    while (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight)
    const form = envelope.wrap(segment, { segment_index: String(index++) })
    const sending: Promise<void> = send(`${media}/1/append`, envelope.contentType, form).then(() => {
      held.push(segment.buffer)
      inFlight.delete(sending)
    })
    inFlight.add(sending)
  }
  await Promise.all(inFlight)
  await send(`${media}/1/finalize`, 'application/json', '{}')
  return new Response('{}', { status: 201 })
}

/** workerd alone writes into memory that it is given, and a whole segment at a time. */
function readSegments(body: Request['body'], envelope: Envelope): AsyncIterable<View> {
  if (body === null) throw new TypeError('the request has no body')
  if (navigator.userAgent !== 'Cloudflare-Workers') return gather(body, envelope)
  return readInPlace(body.getReader({ mode: 'byob' }), envelope)
}

async function* readInPlace(reader: ReadableStreamBYOBReader, envelope: Envelope): AsyncGenerator<View, void, void> {
  for (;;) {
    const { value, done } = await reader.read(takeView(envelope), { min: SEGMENT_BYTES })
    if (value?.length) yield value
    else if (value) held.push(value.buffer)
    if (done) return
  }
}

async function* gather(chunks: AsyncIterable<View>, envelope: Envelope): AsyncGenerator<View, void, void> {
  let view = takeView(envelope)
  let filled = 0
  for await (const chunk of chunks) {
    for (let copied = 0; copied < chunk.length; ) {
      const piece = chunk.subarray(copied, copied + view.length - filled)
      view.set(piece, filled)
      filled += piece.length
      copied += piece.length
      if (filled === view.length) {
        yield view
        view = takeView(envelope)
        filled = 0
      }
    }
    if (chunk.length === chunk.buffer.byteLength || HAS_OWN_BUFFERS) freeBuffer(chunk.buffer)
  }
  if (filled > 0) yield view.subarray(0, filled)
  else held.push(view.buffer)
}

function takeView(envelope: Envelope): View {
  const buffer = held.pop()
  return buffer ? envelope.viewIn(buffer, SEGMENT_BYTES) : envelope.allocate(SEGMENT_BYTES)
}

async function send(url: string, contentType: string, body: string | View): Promise<void> {
  const signal = new AbortController().signal
  const answer = await platformFetch(url, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body,
    redirect: 'manual',
    signal,
  })
  await answer.arrayBuffer()
  if (!answer.ok) throw new Error(`the sink answered ${answer.status}`)
}
