import { isRecord } from '../lib/is-record.ts'
import { parseJson } from '../lib/parse-json.ts'
import { ID_PATTERN, MEDIA_EXPIRY_SECS, MEDIA_TYPES } from './limits.ts'
import {
  ERROR_CODE,
  EXPIRY_SECS,
  FILE_BYTES,
  PAUSE_SECS,
  PERCENT,
  PIXELS,
  type Range,
  readNumber,
  STATUS,
} from './ranges.ts'
import { createTextFilter, type TextFilter } from './text-filter.ts'

/** Members by name. Each has the shape that is known of it. */
export type KnownMembers = Readonly<Record<string, unknown>>

/** A document of X's, reduced to what this package knows of such documents. */
export interface KnownAnswer {
  /** The media, or what else the call was about. X also answers without `data` around it. [seen] */
  data: KnownMembers
  /** The members of a problem document beside its `errors`. */
  problem: KnownMembers
  /** Partial errors, or the reasons of a failed call. X sometimes sends texts: each becomes a `message`. [seen] */
  errors: readonly KnownMembers[]
}

/** Reads a member. Undefined when it has another shape: then it is left out. */
type Shape = (value: unknown, filter: TextFilter) => unknown
type Shapes = readonly (readonly [name: string, shape: Shape])[]

const text: Shape = (value, filter) => (typeof value === 'string' ? filter(value) || undefined : undefined)
const boolean: Shape = (value) => (typeof value === 'boolean' ? value : undefined)
const matching =
  (pattern: RegExp): Shape =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? value : undefined
const oneOf =
  (values: readonly string[]): Shape =>
  (value) =>
    values.find((known) => known === value)
function object(members: Readonly<Record<string, Shape>>): Shape {
  const shapes = Object.entries(members)
  return (value, filter) => (isRecord(value) ? readMembers(value, shapes, filter) : undefined)
}
/** A quantity: the nearest number in the range. */
const quantity =
  (range: Range): Shape =>
  (value) =>
    readNumber(value, range)
/** A number that means something else when it is changed. */
const exactly =
  (range: Range): Shape =>
  (value) =>
    readNumber(value, range) === value ? value : undefined

const PROBLEM: Shapes = Object.entries<Shape>({
  ...{ title: text, detail: text, type: text, message: text, status: exactly(STATUS), code: exactly(ERROR_CODE) },
  ...{ parameter: text, value: text, section: text, field: text, resource_id: text, resource_type: text },
  /** The rejected values of each parameter, as strings. */
  parameters: (value, filter) =>
    isRecord(value)
      ? Object.fromEntries(namesIn(value, filter).map((name) => [name, readValues(value[name], filter)]))
      : undefined,
})

const PROCESSING: Shapes = Object.entries<Shape>({
  // Whatever X says in its place, it has not finished.
  state: (value, filter) => oneOf(['pending', 'in_progress', 'succeeded', 'failed'])(value, filter) ?? 'in_progress',
  check_after_secs: quantity(PAUSE_SECS),
  progress_percent: quantity(PERCENT),
  error: object({ code: exactly(ERROR_CODE), name: text, message: text }),
})

const track = object({ id: matching(ID_PATTERN), language_code: matching(/^[A-Z]{2}$/) })

const DATA: Shapes = Object.entries<Shape>({
  id: matching(ID_PATTERN),
  // X's v1.1: its `media_id` is a number, which has lost its last digits.
  media_id_string: matching(ID_PATTERN),
  media_key: matching(/^\d{1,3}_\d{1,19}$/),
  size: quantity(FILE_BYTES),
  // X has just created the media: that it has expired already says nothing.
  expires_after_secs: (value) => {
    const secs = readNumber(value, EXPIRY_SECS)
    return secs === 0 ? MEDIA_EXPIRY_SECS : secs
  },
  processing_info: (value, filter) =>
    value === undefined ? undefined : readMembers(isRecord(value) ? value : {}, PROCESSING, filter),
  image: object({ image_type: oneOf(MEDIA_TYPES), w: quantity(PIXELS), h: quantity(PIXELS) }),
  video: object({ video_type: oneOf(MEDIA_TYPES) }),
  deleted: boolean,
  /** Only the names of its kinds. */
  associated_metadata: (value, filter) => (isRecord(value) ? namesIn(value, filter) : undefined),
  /** A list of tracks in X's OpenAPI 2.131, and one track in 2.167. Always a list here. */
  associated_subtitles: (value, filter) =>
    value === undefined ? undefined : [value].flat().map((item) => track(item, filter)),
})

/** The numbers in a 402 or 403 are about the account, not the file: only short ones remain. */
const ACCOUNT_STATUSES: readonly number[] = [402, 403]
const MAX_DIGITS_ABOUT_ACCOUNT = 4

/** From the text: as numbers, ids would lose their last digits. */
const ACCOUNT_ID = /"account_id"\s*:\s*"?(\d+)/g

/**
 * Parses a response of X by shape: known members only, ids by their patterns, numbers within their ranges, and in texts
 * words only. So neither the token, if X echoes it, nor an id of the server's account gets any further. Undefined when the
 * response is no JSON object.
 */
export function readKnownAnswer(
  body: string,
  { token, status }: { token: string; status: number },
): KnownAnswer | undefined {
  const json = parseJson(body)
  if (!isRecord(json)) return undefined
  const filter = createTextFilter({
    token,
    accountIds: [...body.matchAll(ACCOUNT_ID)].map(([, id = '']) => id),
    ...(ACCOUNT_STATUSES.includes(status) ? { maxDigits: MAX_DIGITS_ABOUT_ACCOUNT } : {}),
  })
  const { data = json, errors, error, detail = error } = json
  return {
    data: isRecord(data) ? readMembers(data, DATA, filter) : {},
    problem: readMembers({ ...json, detail }, PROBLEM, filter),
    errors: Array.isArray(errors) ? errors.map((item: unknown) => readError(item, filter)) : [],
  }
}

function readError(error: unknown, filter: TextFilter): KnownMembers {
  return readMembers(isRecord(error) ? error : { message: error }, PROBLEM, filter)
}

function readMembers(value: Record<string, unknown>, shapes: Shapes, filter: TextFilter): KnownMembers {
  const members: Record<string, unknown> = {}
  for (const [name, shape] of shapes) {
    const member = shape(value[name], filter)
    if (member !== undefined) members[name] = member
  }
  return members
}

/** The names of members that are not known beforehand. */
function namesIn(value: Record<string, unknown>, filter: TextFilter): string[] {
  return Object.keys(value).filter((name) => /^[$\w.[\]-]{1,100}$/.test(name) && filter(name) === name)
}

function readValues(values: unknown, filter: TextFilter): string[] {
  return [values].flat().flatMap((value) => {
    const shown = typeof value === 'string' || typeof value === 'number' ? filter(String(value)) : undefined
    return shown === undefined ? [] : [shown]
  })
}
