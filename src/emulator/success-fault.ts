/** The response of a `success` fault: the usual one with another status or body. */

import type { XMedia } from '../x/schemas.ts'
import { htmlResponse } from './api-responses.ts'
import { type FaultEffect, SUCCESS_BODIES, type SuccessBody } from './fault-plan.ts'
import { appendAnswer } from './upload-steps.ts'
import type { Upload } from './uploads.ts'

/** Statuses whose responses have no body. */
const EMPTY_STATUSES: readonly number[] = [204, 205]

/** @param usual A refusal stays as it is. */
export async function alterSuccess(
  effect: FaultEffect,
  usual: Response,
  upload: Upload | undefined,
): Promise<Response> {
  if (effect.kind !== 'success' || !usual.ok) return usual
  const body = SUCCESS_BODIES.find((name) => name === effect.body)
  const status = effect.status ?? (body !== undefined && usual.status === 204 ? 200 : usual.status)
  if (body === 'empty' || EMPTY_STATUSES.includes(status)) return new Response(null, { status })
  if (body === 'html') return htmlResponse('Something went wrong', status)
  // APPEND of the command generation has no body: give it that of the resource generation.
  const text = usual.body === null ? JSON.stringify(appendAnswer(upload)) : await usual.text()
  const headers = { 'content-type': usual.headers.get('content-type') ?? 'application/json' }
  return new Response(body === undefined ? text : alterBody(body, text), { status, headers })
}

function alterBody(body: Exclude<SuccessBody, 'html' | 'empty'>, usual: string): string {
  switch (body) {
    case 'unwrapped':
      return JSON.stringify(mediaIn(usual))
    case 'v1':
      return asV1(mediaIn(usual))
    case 'numeric_id':
      return asV1(mediaIn(usual)).replace(/,"media_id_string":"\d+"/, '')
    case 'other_id': {
      const { id } = mediaIn(usual)
      return usual.replaceAll(id, String(BigInt(id) + 1n))
    }
    case 'truncated':
      return usual.slice(0, usual.length / 2)
    case 'empty_object':
      return '{}'
  }
}

function mediaIn(usual: string): XMedia {
  const { data }: { data: XMedia } = JSON.parse(usual)
  return data
}

function asV1({ id, ...members }: XMedia): string {
  const json = JSON.stringify({ media_id: id, media_id_string: id, ...members })
  // JavaScript's numbers do not hold all the digits.
  return json.replace(`"media_id":"${id}"`, `"media_id":${id}`)
}
