import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { XMediaError } from '../errors.ts'
import { bodyTooLong, bodyTooShort } from '../ingress/lengths.ts'
import { formatSize } from '../lib/format-bytes.ts'
import { quote } from '../lib/quote.ts'
import { findHostLimit } from './host-limit.ts'
import { readLambdaBody } from './lambda-event.ts'

export interface HostOptions {
  /** Undefined: guessed. */
  hostLimitBytes?: number | undefined
}

/** What gateways pass as text. Anything else arrives as base64, or broken. */
const TEXT = /^\s*(?:text\/|application\/(?:json|javascript|xml|x-www-form-urlencoded)|[^;]*\+(?:json|xml))/i

/** Refuses bodies that are larger than the host lets through, and bodies that it has changed. */
export function checkHostBody({ hostLimitBytes }: HostOptions): MiddlewareHandler {
  return createMiddleware(async function checkHostBody(c, next) {
    const contentLength = Number(c.req.header('content-length') ?? 0)
    checkSize(c, contentLength, hostLimitBytes)
    checkLambdaBody(c, contentLength)
    return next()
  })
}

/** Throws `request_too_large`. */
function checkSize(c: Context, contentLength: number, hostLimitBytes: number | undefined): void {
  const limit = findHostLimit(c, hostLimitBytes)
  if (limit === undefined || !(contentLength > limit.bodyBytes)) return
  const [size, most, chunk] = [contentLength, limit.bodyBytes, limit.chunkBytes].map(formatSize)
  throw new XMediaError(
    'request_too_large',
    `The request has ${size}; this server’s host takes ${most}. Send the file as a resumable upload, in chunks of up to ${chunk}.`,
  )
}

/** Throws `body_corrupted`, or `body_too_short` or `body_too_long` if the body has not the length that the client declared. */
function checkLambdaBody(c: Context, arrivedBytes: number): void {
  const body = readLambdaBody(c.env)
  if (body === undefined) return
  const declaredBytes = Number(body.contentLength ?? arrivedBytes)
  const mediaType = c.req.header('content-type')
  const isBinary = mediaType !== undefined && !TEXT.test(mediaType)
  if (body.isText && (isBinary || declaredBytes !== arrivedBytes)) throw bodyCorrupted(mediaType)
  if (arrivedBytes < declaredBytes) throw bodyTooShort(arrivedBytes, declaredBytes)
  if (arrivedBytes > declaredBytes) throw bodyTooLong(declaredBytes)
}

function bodyCorrupted(mediaType: string | undefined): XMediaError {
  const what = mediaType === undefined ? 'a body without a type' : `a body of ${quote(mediaType)}`
  return new XMediaError(
    'body_corrupted',
    'A gateway in front of this server has changed the bytes of the body. The server’s log says what to do about it.',
    {
      note:
        `The gateway in front of Lambda passed ${what} as text, which breaks its bytes. ` +
        'Add */* to the binary media types of the REST API, and deploy the API again.',
    },
  )
}
