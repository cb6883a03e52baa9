/** Handles one call: reads its body, completes its log entry, and answers it, perhaps with a fault. */

import type { Context } from 'hono'
import { type ApiCall, createApiCall, type Operation } from './api-call.ts'
import { ApiError } from './api-responses.ts'
import { parseBody } from './call-body.ts'
import type { CallLog, Step } from './call-log.ts'
import type { EmulatorState } from './emulator-state.ts'
import { answerWithFault } from './inject-fault.ts'
import { isLengthMissing, readBytes } from './read-bytes.ts'

/** Room for the other fields and the multipart envelope of a segment. */
const SEGMENT_OVERHEAD_BYTES = 16 * 1024
const MAX_ONE_SHOT_BYTES = 64 * 1024 * 1024
const MAX_FIELDS_BYTES = 1024 * 1024

/**
 * @param stepFromUrl The step as far as the URL tells, before the body is read.
 * @param identify The operation, once the body is read.
 */
export function createCallHandler(
  state: EmulatorState,
  stepFromUrl: (c: Context) => Step,
  identify: (call: ApiCall) => Operation,
): (c: Context) => Promise<Response> {
  return async function handleCall(c: Context): Promise<Response> {
    const request = c.req.raw
    const id = c.req.param('id') ?? c.req.query('media_id')
    const record = state.log.open({ step: stepFromUrl(c), ...(id === undefined ? {} : { id }) })
    try {
      const bytes = await readBytes(request, maxBodyBytes(state, record.step))
      const body = parseBody(bytes, request.headers.get('content-type') ?? '')
      const call = createApiCall(state, record, request, body)
      const operation = identify(call)
      completeRecord(state.log, operation, call)
      return await answerWithFault(state, operation, call, c)
    } catch (error) {
      if (error instanceof ApiError) return error.response
      throw error
    } finally {
      state.log.close(record, request.signal.aborted)
    }
  }
}

function maxBodyBytes({ options }: EmulatorState, step: Step): number {
  if (step === 'append') return options.maxSegmentBytes + SEGMENT_OVERHEAD_BYTES
  return step === 'upload' ? MAX_ONE_SHOT_BYTES : MAX_FIELDS_BYTES
}

/** Adds to the log what the body told: step, media id, segment index, and violations that need no handler to see. */
function completeRecord(log: CallLog, { step, mediaId }: Operation, call: ApiCall): void {
  const { record, method, headers, query, body } = call
  log.changeStep(record, step)
  if (mediaId !== undefined) record.id = mediaId
  const index = Number(body.fields['segment_index'] ?? query.get('segment_index') ?? Number.NaN)
  if (step === 'append' && Number.isInteger(index)) record.segment_index = index
  // FINALIZE has no body, so it needs no length.
  if (method !== 'GET' && step !== 'finalize' && isLengthMissing(headers)) {
    const kind = step === 'append' ? 'chunked_append' : 'missing_content_length'
    log.addViolation(record, kind, 'body without Content-Length')
  }
  if (body.epilogueBytes > 0) {
    log.addViolation(record, 'multipart_epilogue', `${body.epilogueBytes} bytes after the closing boundary`)
  }
  const openAppends = step === 'finalize' ? log.appendsInFlight(mediaId ?? '') : 0
  if (openAppends > 0) {
    log.addViolation(record, 'finalize_before_acknowledged', `${openAppends} segments without an answer`)
  }
}
