/** Answers a call, with the fault that the plan has for it, if any. */

import type { Context } from 'hono'
import type { ApiCall, Operation } from './api-call.ts'
import type { CallBody } from './call-body.ts'
import type { EmulatorState } from './emulator-state.ts'
import { errorResponse } from './error-fault.ts'
import type { FaultEffect } from './fault-plan.ts'
import { failedWith, INVALID_MEDIA } from './processing.ts'
import { alterSuccess } from './success-fault.ts'
import type { Upload } from './uploads.ts'

export async function answerWithFault(
  state: EmulatorState,
  { step, mediaId, handle }: Operation,
  call: ApiCall,
  c: Context,
): Promise<Response> {
  const upload = state.uploads.get(mediaId ?? '')
  const effect = state.faults.pick({
    step,
    upload,
    fields: { ...Object.fromEntries(call.query), ...call.body.fields },
    segmentIndex: call.record.segment_index,
    bytes: mediaBytes(call.body),
  })
  if (effect === undefined) return await handle(state, call)

  changeState(effect, upload, () => state.tokens.expire(call.headers))
  const interruption = () => interrupt(state, effect, c)
  if (effect.when === 'after') {
    const usual = await handle(state, call)
    return (await interruption()) ?? alterSuccess(effect, usual, upload)
  }
  return (await interruption()) ?? alterSuccess(effect, await handle(state, call), upload)
}

/** How many bytes of media the call has; estimated for base64. */
function mediaBytes({ media, fields }: CallBody): number {
  const base64 = fields['media']
  return media?.bytes.length ?? (typeof base64 === 'string' ? Math.floor((base64.length * 3) / 4) : 0)
}

/** Applies faults that last: they change what this call and later ones find. */
function changeState(effect: FaultEffect, upload: Upload | undefined, expireToken: () => void): void {
  if (effect.kind === 'token_expired') expireToken()
  if (upload === undefined) return
  const { processingOverrides } = upload
  if (effect.kind === 'session_expired') upload.expiresAt = 0
  if (effect.kind === 'processing_failed') processingOverrides.ending = failedWith(effect.error ?? INVALID_MEDIA)
  if (effect.kind === 'processing_stuck') processingOverrides.stuck = effect.error ?? INVALID_MEDIA
  if (effect.kind === 'processing_done') processingOverrides.immediate = true
  if (effect.kind === 'check_after') processingOverrides.checkAfterSecs = effect.checkAfterSecs ?? null
}

/** The response of a fault that replaces the usual answer, or rejects; undefined for other faults. */
async function interrupt(state: EmulatorState, effect: FaultEffect, c: Context): Promise<Response | undefined> {
  switch (effect.kind) {
    case 'hang':
      await hang(state, c.req.raw.signal)
      return resetConnection(state, c)
    case 'reset':
      return resetConnection(state, c)
    case 'error':
      return errorResponse(effect, state.now(), c.req.path)
    case 'too_large':
      return new Response(null, { status: effect.status ?? 413 })
    case 'redirect':
      return new Response(null, {
        status: 302,
        headers: { location: effect.location ?? 'https://redirected.invalid/' },
      })
    default:
      return undefined
  }
}

/** Resolves when the client leaves or the emulator is reset. */
function hang({ hanging }: EmulatorState, signal: AbortSignal): Promise<void> {
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

function resetConnection({ options }: EmulatorState, c: Context): Response {
  if (options.reset === undefined) throw new TypeError('emulator: connection reset')
  options.reset(c.req.raw, c.env)
  // The host wants a response, but the connection is gone.
  return new Response(null, { status: 503 })
}
