import * as z from 'zod/mini'
import { checkFraming } from '../ingress/read-upload.ts'
import type { Instance } from '../instance.ts'
import { abortable } from '../lib/abort-scope.ts'
import type { Clock } from '../lib/clock.ts'
import type { MemoryReservation } from '../relay/memory-reservation.ts'
import { type BodyOptions, withBody } from '../routes/request-body.ts'
import { type CompatBody, readCompatBody } from './body.ts'
import { InvalidRequest, jsonRequired, missingMedia, validate } from './invalid-request.ts'
import type { CompatRequest } from './request.ts'
import { type ClientSegment, decodeClientSegment, receiveClientSegment } from './segment.ts'

/** What reading a body needs of the instance. */
type CompatBodyOptions = BodyOptions & Pick<Instance, 'endings'>

/**
 * Reads a request's body up to its media and runs `work` on it, with a reservation of memory that ends with `work`.
 *
 * @param maxMediaBytes Largest media in a JSON body, bytes before base64; 0 where there is none.
 */
export async function withCompatBody<Outcome>(
  { c, principal, context: { signal } }: CompatRequest,
  maxMediaBytes: number,
  options: CompatBodyOptions,
  work: (body: CompatBody, reservation: MemoryReservation) => Promise<Outcome>,
): Promise<Outcome> {
  const { headers } = c.req.raw
  checkFraming(headers)
  return await withBody(c, principal, options, async (body, reservation) => {
    const { endings, relay } = options
    const form = { subject: principal.subject, endings, segmentBytes: relay.segmentSize.preferred }
    const received = await readCompatBody({ headers, body, ...form }, maxMediaBytes, reservation)
    // At the deadline, `work` must not keep the place and the memory: the app's own functions may never answer.
    return await abortable(work(received, reservation), signal)
  })
}

/** Reads a JSON body and runs `work` on its members, none if there is no body. */
export async function withJsonFields<Outcome>(
  request: CompatRequest,
  options: CompatBodyOptions,
  work: (fields: Record<string, unknown>) => Promise<Outcome>,
): Promise<Outcome> {
  return await withCompatBody(request, 0, options, async ({ kind, fields }) => {
    if (kind === 'form') throw jsonRequired()
    return await work(fields)
  })
}

/** The members of a JSON body; none if there is no body. */
export async function readJsonFields(
  request: CompatRequest,
  options: CompatBodyOptions,
): Promise<Record<string, unknown>> {
  return await withJsonFields(request, options, async (fields) => fields)
}

export function hasMedia({ fields, media }: CompatBody): boolean {
  return media !== undefined || fields['media'] !== undefined
}

/** A body that has been read to its end. */
export interface ReceivedBody {
  /** All fields but the media. */
  fields: Record<string, unknown>
  media: ClientSegment
}

const jsonMedia = z.object({ media: z.base64() })

/** Reads a body to its end: the media into memory, and the fields after it. */
export async function receiveBody(
  { kind, fields, media }: CompatBody,
  reservation: MemoryReservation,
  clock: Clock,
): Promise<ReceivedBody> {
  if (kind === 'json' && fields['media'] !== undefined) {
    const { media: base64 } = validate(jsonMedia, fields)
    const { media: _, ...others } = fields
    return { fields: others, media: decodeClientSegment(base64, reservation) }
  }
  if (media === undefined) throw missingMedia()
  const segment = await receiveClientSegment(media.body, media.maxBytes, reservation, clock)
  const fieldsAfter = media.fieldsAfter()
  for (const name of Object.keys(fieldsAfter)) {
    if (name in fields) throw new InvalidRequest(`\`${name}\` is in the form twice. Send it once.`)
  }
  return { fields: { ...fields, ...fieldsAfter }, media: segment }
}
