import type * as z from 'zod/mini'
import { XMediaError } from '../errors.ts'
import { shorten } from '../lib/quote.ts'
import { describeIssues, type XProblemItem } from '../x/x-problems.ts'
import type { CompatUpload } from './upload-record.ts'

/** A request that X would answer with 400. Each problem is an entry of X's `errors`, or only its message. */
export class InvalidRequest extends XMediaError {
  readonly problems: XProblemItem[]

  constructor(...problems: (string | XProblemItem)[]) {
    const items = problems.map((problem) => (typeof problem === 'string' ? { message: problem } : problem))
    super('invalid_parameter', items.map(({ message }) => message).join(' '))
    this.problems = items
  }
}

/** X's words. */
export function jsonRequired(): InvalidRequest {
  return new InvalidRequest('Requests with bodies must have content-type of application/json.')
}

/** X's words. It says JSON for multipart bodies too. */
export function missingMedia(): InvalidRequest {
  return new InvalidRequest({ message: 'Missing media field in JSON', parameters: { media: [] } })
}

/** X's words. */
export function unrecognizedMediaType(): InvalidRequest {
  return new InvalidRequest('media type unrecognized')
}

/** The words of X's v1.1 at FINALIZE; v2's are unknown. */
export function sizeMismatch(): InvalidRequest {
  return new InvalidRequest('Segments do not add up to provided total file size.')
}

/** For an upload that accepts no more segments. */
export function uploadClosed({ state }: CompatUpload): InvalidRequest {
  return state === 'refused' ? unrecognizedMediaType() : new InvalidRequest('Media is already finalized.')
}

/** Parses a request's fields by X's schema. Throws an `InvalidRequest` that lists everything wrong. */
export function validate<T>(schema: z.ZodMiniType<T>, fields: Record<string, unknown>): T {
  const result = schema.safeParse(fields)
  if (result.success) return result.data
  throw new InvalidRequest(...describeIssues(result.error.issues, fields))
}

/** Turns names and values into an object. Refuses a name that appears twice. */
export function uniqueFields(entries: Iterable<[string, unknown]>): Record<string, unknown> {
  const fields = new Map<string, unknown>()
  for (const [name, value] of entries) {
    if (fields.has(name)) throw new InvalidRequest(`\`${shorten(name)}\` appears twice. Send it once.`)
    fields.set(name, value)
  }
  return Object.fromEntries(fields)
}

/** Whether X has refused what a call carried, and so certainly does not have it. */
export function isRefusedByX(error: unknown): boolean {
  return error instanceof XMediaError && (error.code === 'x_segment_too_large' || error.code === 'x_rejected_media')
}
