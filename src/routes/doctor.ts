/*
 * Routes that only move bytes, for `npx hono-x-media doctor`: they show what proxies in front of the mount do to large
 * bodies and to event streams. X hears of nothing.
 */

import type { Handler } from 'hono'
import { XMediaError } from '../errors.ts'
import { declaredLengths, rawFileLength } from '../ingress/lengths.ts'
import type { PacedReader } from '../ingress/paced-reader.ts'
import { checkFraming } from '../ingress/read-upload.ts'
import type { Instance } from '../instance.ts'
import { deadlineExceeded } from '../lib/abort-scope.ts'
import { sleep } from '../lib/clock.ts'
import { MEDIA_CATEGORIES } from '../x/limits.ts'
import type { PrincipalEnv } from './authorize.ts'
import { eventStream } from './event-stream.ts'
import { policyFor } from './principal-policy.ts'
import { withBody } from './request-body.ts'
import type { UploadEnv } from './upload.ts'

/** Bytes per read. */
const READ_BYTES = 65_536

/** The events that `sendTicks` sends, and the time between two of them, milliseconds. */
const TICKS = 4
const TICK_MS = 500

/** Counts the bytes of a body. It has the limits of an upload, and counts as one towards the quota. */
export function countBytes(instance: Instance): Handler<UploadEnv> {
  return async function countBytes(c) {
    const principal = c.var.xMediaPrincipal
    const { headers } = c.req.raw
    checkFraming(headers)
    const declaredBytes = rawFileLength(declaredLengths(headers, undefined))
    if (declaredBytes === undefined) throw new XMediaError('length_required', 'Send Content-Length.')
    const policy = policyFor(c, principal, instance)
    policy.checkSize(declaredBytes, MEDIA_CATEGORIES)
    await policy.consumeQuota(declaredBytes)
    const deadline = instance.clock.now() + instance.deadlineMs
    const bytes = await withBody(c, principal, instance, (body) => discard(body, () => instance.clock.now() > deadline))
    return c.json({ bytes })
  }
}

/** Reads a body to its end. Resolves to its size, bytes. */
async function discard(body: PacedReader, isTooLate: () => boolean): Promise<number> {
  let view = new Uint8Array(READ_BYTES)
  for (;;) {
    const read = await body.read(view, 0)
    if (read.done) return body.receivedBytes()
    if (isTooLate()) throw deadlineExceeded()
    view = read.view
  }
}

/** Sends events at a steady pace: a proxy that holds them back changes it. */
export function sendTicks(instance: Pick<Instance, 'clock' | 'listeners'>): Handler<PrincipalEnv> {
  return function sendTicks(c) {
    return eventStream(c, instance, async (stream, signal) => {
      for (let tick = 1; tick <= TICKS; tick++) {
        await stream.writeSSE({ event: 'tick', data: `${tick} of ${TICKS}, ${TICK_MS} ms apart` })
        if (tick < TICKS) await sleep(instance.clock, TICK_MS, signal)
      }
    })
  }
}
