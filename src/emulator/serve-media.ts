/** Serves the bytes of an upload, so that a page can show them. */

import { isMediaType } from '../x/limits.ts'
import { orderedSegments, type Upload } from './uploads.ts'

/** Bytes from `start` up to but not including `end`. */
interface ByteRange {
  start: number
  end: number
}

/** @param rangeHeader The request's `Range`. */
export function serveMedia(upload: Upload, rangeHeader: string | undefined): Response {
  const { size, mediaType } = upload
  const range = parseRange(rangeHeader, size)
  if (range === 'unsatisfiable') {
    return new Response(null, { status: 416, headers: { 'content-range': `bytes */${size}` } })
  }
  const { start, end } = range ?? { start: 0, end: size }
  return new Response(streamRange(upload, { start, end }), {
    status: range === undefined ? 200 : 206,
    headers: {
      // Anyone may have uploaded these bytes: a browser must not run them as a page.
      'content-type': mediaType !== undefined && isMediaType(mediaType) ? mediaType : 'application/octet-stream',
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
      'accept-ranges': 'bytes',
      ...(range === undefined ? {} : { 'content-range': `bytes ${start}-${end - 1}/${size}` }),
      'content-length': String(end - start),
    },
  })
}

/** A single byte range (RFC 9110 §14.1.2); undefined for none or several, which get the whole file. */
function parseRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  const [, first = '', last = ''] = match ?? []
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1)
  return start < end ? { start, end } : 'unsatisfiable'
}

function streamRange(upload: Upload, range: ByteRange): ReadableStream<Uint8Array> {
  const chunks = chunksOf(upload, range)
  return new ReadableStream({
    pull(controller) {
      const next = chunks.next()
      if (next.done === true) controller.close()
      else controller.enqueue(next.value)
    },
  })
}

function* chunksOf(upload: Upload, { start, end }: ByteRange): Generator<Uint8Array, void> {
  let offset = 0
  for (const [, bytes] of orderedSegments(upload)) {
    const chunk = bytes.subarray(Math.max(0, start - offset), Math.max(0, end - offset))
    // A copy: a stream's consumer may take its buffers.
    if (chunk.length > 0) yield chunk.slice()
    offset += bytes.length
  }
}
