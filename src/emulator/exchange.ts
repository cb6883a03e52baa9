/** One call of X's API, from its bytes to its answer, with faults in between. */

import type { Context } from 'hono'
import { acknowledgement } from './actions.ts'
import { type Body, isLengthMissing, parseBody, readBytes } from './call-body.ts'
import type { OpenCall, Step } from './call-log.ts'
import { changeState, faultyAnswer, reshape } from './fault-answers.ts'
import type { FaultEffect } from './faults.ts'
import { type Incoming, receive } from './incoming.ts'
import { Refusal } from './refusals.ts'
import type { World } from './world.ts'

export type Handle = (incoming: Incoming) => Response

/** What a request turned out to be, once its body was read. */
export interface Target {
  step: Step
  /** The media id it names, valid or not. */
  id: string | undefined
  handle: Handle
}

/** Room for the other fields and the multipart envelope of a segment. */
const SEGMENT_OVERHEAD_BYTES = 16 * 1024
const MAX_ONE_SHOT_BYTES = 64 * 1024 * 1024
const MAX_FIELDS_BYTES = 1024 * 1024

/** `step` tells what the address alone says; `identify` what the whole request says. */
export function createExchange(
  world: World,
  step: (c: Context) => Step,
  identify: (incoming: Incoming) => Target,
): (c: Context) => Promise<Response> {
  return async function xCall(c: Context): Promise<Response> {
    const request = c.req.raw
    const id = c.req.param('id') ?? c.req.query('media_id')
    const call = world.ledger.open({ step: step(c), ...(id === undefined ? {} : { id }) })
    try {
      const bytes = await readBytes(request, maxBytes(world, call.step))
      const body = parseBody(bytes, request.headers.get('content-type') ?? '')
      const incoming = receive(world, call, request, body)
      const target = identify(incoming)
      note(world, call, target, incoming, request)
      return await answer(world, target, incoming, c)
    } catch (error) {
      if (error instanceof Refusal) return error.response
      throw error
    } finally {
      world.ledger.close(call, request.signal.aborted)
    }
  }
}

function maxBytes(world: World, step: Step): number {
  if (step === 'append') return world.maxSegmentBytes + SEGMENT_OVERHEAD_BYTES
  return step === 'upload' ? MAX_ONE_SHOT_BYTES : MAX_FIELDS_BYTES
}

/** Completes the record of the call, now that it is known what it is, and what it breaks by being there at all. */
function note({ ledger }: World, call: OpenCall, target: Target, incoming: Incoming, request: Request): void {
  ledger.rename(call, target.step)
  if (target.id !== undefined) call.id = target.id
  const index = Number(incoming.body.fields['segment_index'] ?? incoming.query.get('segment_index') ?? Number.NaN)
  if (call.step === 'append' && Number.isInteger(index)) call.segment_index = index
  // FINALIZE has no body to declare the length of.
  if (request.method !== 'GET' && call.step !== 'finalize' && isLengthMissing(request.headers)) {
    const kind = call.step === 'append' ? 'chunked_append' : 'missing_content_length'
    ledger.violate(call, kind, 'body without Content-Length')
  }
  const open = call.step === 'finalize' ? ledger.appendsInFlight(target.id ?? '') : 0
  if (open > 0) ledger.violate(call, 'finalize_before_acknowledged', `${open} segments without an answer`)
}

async function answer(world: World, target: Target, incoming: Incoming, c: Context): Promise<Response> {
  const upload = world.uploads.get(target.id ?? '')
  const effect = world.faults.next({
    step: target.step,
    upload,
    fields: { ...Object.fromEntries(incoming.query), ...incoming.body.fields },
    segmentIndex: incoming.call.segment_index,
    bytes: mediaBytes(incoming.body),
  })
  if (effect === undefined) return target.handle(incoming)

  changeState(effect, upload, () => world.tokens.expire(incoming.headers))
  if (effect.when !== 'after') {
    const early = await interrupt(world, effect, c)
    if (early !== undefined) return early
  }
  const usual = target.handle(incoming)
  const late = effect.when === 'after' ? await interrupt(world, effect, c) : undefined
  return late ?? reshape(effect, usual, acknowledgement(upload))
}

function mediaBytes({ media, fields }: Body): number {
  const base64 = fields['media']
  return media?.bytes.length ?? (typeof base64 === 'string' ? Math.floor((base64.length * 3) / 4) : 0)
}

/** Answers instead of the call's own handler, or never, or not with an answer; undefined if it goes on as usual. */
async function interrupt(world: World, effect: FaultEffect, c: Context): Promise<Response | undefined> {
  if (effect.kind === 'hang') await hang(world, c.req.raw.signal)
  if (effect.kind === 'hang' || effect.kind === 'reset') return resetConnection(world, c)
  return faultyAnswer(effect, world.clock, c.req.path)
}

/** Until the client leaves or the emulator is reset. */
function hang({ hanging }: World, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const release = () => {
      hanging.delete(release)
      resolve()
    }
    hanging.add(release)
    if (signal.aborted) release()
    else signal.addEventListener('abort', release, { once: true })
  })
}

function resetConnection({ resetConnection: reset }: World, c: Context): Response {
  if (reset === undefined) throw new TypeError('emulator: connection reset')
  reset(c.req.raw, c.env)
  // Nobody receives it.
  return new Response(null, { status: 503 })
}
