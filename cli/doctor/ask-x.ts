import { type KnownAnswer, readKnownAnswer } from '../../src/x/known-answer.ts'
import { failureCode } from '../failure-code.ts'

/** The time limit for a call, milliseconds. */
const TIMEOUT_MS = 15_000

/** What X answered. */
export interface XAnswer {
  status: number
  /** X's clock, epoch milliseconds, to the second. */
  time: number | undefined
  /** The body as far as it is known; no member has the token. */
  known: KnownAnswer | undefined
}

/** Sends a GET to X. Resolves to the code of the error when X cannot be reached. */
export async function askX(url: string, token: string | undefined): Promise<XAnswer | string> {
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      // The token must not follow a redirect to another host.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const { status, headers } = response
    const time = Date.parse(headers.get('date') ?? '')
    return {
      status,
      time: Number.isNaN(time) ? undefined : time,
      known: readKnownAnswer(await response.text(), { token: token ?? '', status }),
    }
  } catch (error) {
    return failureCode(error)
  }
}
