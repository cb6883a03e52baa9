import { type Clock, sleep } from '../lib/clock.ts'
import { isRecord } from '../lib/is-record.ts'
import { ID_PATTERN } from '../x/limits.ts'
import { SignInFailure } from './failure.ts'
import type { XUser } from './options.ts'

/** The time limit for the call, milliseconds. */
const TIMEOUT_MS = 15_000

/** X sometimes does not know a token yet when it has just issued it. https://github.com/nextauthjs/next-auth/issues/5228 */
const RETRY_DELAY_MS = 1000

/** Asks X whose token this is, once more if X fails. Throws a `SignInFailure`. */
export async function fetchXUser(apiBaseUrl: string, accessToken: string, clock: Clock): Promise<XUser> {
  let answer = await callMe(apiBaseUrl, accessToken)
  if (answer === undefined || answer.status === 401 || answer.status >= 500) {
    await sleep(clock, RETRY_DELAY_MS)
    answer = await callMe(apiBaseUrl, accessToken)
  }
  if (answer === undefined) throw new SignInFailure('unavailable', 'X could not be reached.')
  return readUser(answer)
}

interface Answer {
  status: number
  json: unknown
}

/** Undefined when X cannot be reached. */
async function callMe(apiBaseUrl: string, accessToken: string): Promise<Answer | undefined> {
  try {
    const response = await fetch(`${apiBaseUrl}/2/users/me`, {
      headers: { accept: 'application/json', authorization: `Bearer ${accessToken}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return { status: response.status, json: await response.json().catch(() => undefined) }
  } catch {
    return undefined
  }
}

function readUser({ status, json }: Answer): XUser {
  if (status === 402) {
    throw new SignInFailure(
      'payment_required',
      'X asks for payment: the app has no credits. Add some at console.x.com.',
    )
  }
  if (status === 403) {
    throw new SignInFailure(
      'forbidden',
      'X does not let the app call GET /2/users/me (403). Check it at console.x.com.',
    )
  }
  const data = isRecord(json) ? json['data'] : undefined
  if (status !== 200 || !isRecord(data)) {
    throw new SignInFailure('unavailable', `X did not say who has signed in (${status}).`)
  }
  const { id, username, name } = data
  if (typeof id !== 'string' || !ID_PATTERN.test(id)) {
    throw new SignInFailure('unavailable', 'X did not say who has signed in.')
  }
  return { id, username: String(username ?? ''), name: String(name ?? '') }
}
