import { CALLS, RESET_SECS, readNumber } from './ranges.ts'

/** X's rate limits, as the headers of one response describe them. */
export interface RateLimits {
  /** X's own headers, by name. A reset is in epoch seconds, and at most a day away. */
  headers: ReadonlyMap<string, number>
  /**
   * Milliseconds until X accepts calls again, at most a day; undefined when no header says so. When several limits are used
   * up, the one that resets last counts.
   */
  waitMs: number | undefined
}

const LIMITS = ['x-rate-limit', 'x-user-limit-24hour', 'x-app-limit-24hour']

/** @param now In epoch milliseconds. */
export function readRateLimits(headers: Headers, now: number): RateLimits {
  const known = new Map(LIMITS.flatMap((limit) => readLimit(headers, limit, Math.floor(now / 1000))))
  return { headers: known, waitMs: readRetryAfter(headers, now) ?? readReset(known, now) }
}

/** The headers of one limit that are numbers. */
function readLimit(headers: Headers, limit: string, nowSecs: number): [name: string, value: number][] {
  const [, maxWaitSecs] = RESET_SECS
  return [
    { name: `${limit}-limit`, range: CALLS },
    { name: `${limit}-remaining`, range: CALLS },
    { name: `${limit}-reset`, range: [nowSecs, nowSecs + maxWaitSecs] as const },
  ].flatMap(({ name, range }) => {
    const value = readNumber(readDigits(headers.get(name)), range)
    return value === undefined ? [] : [[name, value]]
  })
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function readRetryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after')
  const secs = readDigits(text) ?? (text?.endsWith('GMT') ? Math.ceil((Date.parse(text) - now) / 1000) : undefined)
  const waitSecs = readNumber(secs, RESET_SECS)
  return waitSecs === undefined ? undefined : waitSecs * 1000
}

function readReset(known: RateLimits['headers'], now: number): number | undefined {
  const resets = LIMITS.map((limit) => ({
    isUsedUp: known.get(`${limit}-remaining`) === 0,
    reset: known.get(`${limit}-reset`),
  })).filter(({ reset }) => reset !== undefined)
  const usedUp = resets.filter(({ isUsedUp }) => isUsedUp)
  const waits = (usedUp.length > 0 ? usedUp : resets.slice(0, 1)).map(({ reset = 0 }) => reset * 1000 - now)
  return waits.length === 0 ? undefined : Math.max(0, ...waits)
}

function readDigits(text: string | null): number | undefined {
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined
}
