import { invalidToken, tokenIssuedAt, unsuitableToken } from '../../src/x/token-form.ts'
import type { Environment } from '../env-file.ts'
import { xBaseUrl } from '../x-base-url.ts'
import { askX, type XAnswer } from './ask-x.ts'
import { hasSignIn } from './check-sign-in.ts'
import type { Finding } from './finding.ts'

/** Lifetime of an access token, milliseconds. https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token */
const LIFETIME_MS = 7_200_000

/** Instances whose clocks differ by more disagree about the expiry of tickets, milliseconds. */
const CLOCK_TOLERANCE_MS = 60_000

const LOGIN = 'Get a new one with `npx hono-x-media login`'

/** Checks the token by its form and by two questions to X, whether X can be reached, and this machine's clock. */
export async function* checkX(env: Environment, isRemote: boolean): AsyncGenerator<Finding> {
  const { X_BEARER_TOKEN: token } = env
  const baseUrl = xBaseUrl(env)
  const byForm = token ? tokenByForm(token) : hasSignIn(env) ? NO_TOKEN_NEEDED : missingToken(isRemote)
  const me = await askX(`${baseUrl}/2/users/me`, byForm === undefined ? token : undefined)
  yield* checkReachability(me, baseUrl)
  if (byForm !== undefined) yield byForm
  if (typeof me === 'string' || token === undefined || byForm !== undefined) return
  const refusal = refusalOf(me, env)
  if (refusal !== undefined) {
    yield refusal
    return
  }
  yield ownerFinding(me, env)
  // Nobody has this media: the answer is 400 for a token that may upload. It changes nothing at X.
  const status = await askX(`${baseUrl}/2/media/upload?command=STATUS&media_id=1`, token)
  yield typeof status === 'string' ? unreachable(baseUrl, status) : (refusalOf(status, env) ?? scopeFinding(status))
}

function missingToken(isRemote: boolean): Finding {
  return {
    level: isRemote ? 'skipped' : 'fault',
    about: 'token',
    text: 'X_BEARER_TOKEN is not set here. Get a token with `npx hono-x-media login --env .env`.',
  }
}

const NO_TOKEN_NEEDED: Finding = {
  level: 'skipped',
  about: 'token',
  text: 'X_BEARER_TOKEN is not set, and not needed: users sign in.',
}

function tokenByForm(token: string): Finding | undefined {
  const mistake = invalidToken(token) ?? unsuitableToken(token)
  return mistake === undefined ? undefined : { level: 'fault', about: 'token', text: `X_BEARER_TOKEN ${mistake}.` }
}

function* checkReachability(answer: XAnswer | string, baseUrl: string): Generator<Finding> {
  if (typeof answer === 'string') {
    yield unreachable(baseUrl, answer)
    return
  }
  const { status, time } = answer
  yield status >= 500
    ? { level: 'warning', about: 'X', text: `${baseUrl} answers with ${status}. Try again later.` }
    : { level: 'ok', about: 'X', text: `${baseUrl} answers` }
  if (time === undefined) return
  const differenceMs = Date.now() - time
  const secs = Math.round(Math.abs(differenceMs) / 1000)
  yield Math.abs(differenceMs) <= CLOCK_TOLERANCE_MS
    ? { level: 'ok', about: 'clock', text: 'This machine’s clock agrees with X’s' }
    : {
        level: 'fault',
        about: 'clock',
        text: `This machine’s clock is ${secs} s ${differenceMs > 0 ? 'ahead of' : 'behind'} X’s. Set it by NTP.`,
      }
}

function unreachable(baseUrl: string, code: string): Finding {
  const text = `${baseUrl} cannot be reached (${code}). Check the name, the network, and the firewall or proxy on the way.`
  return { level: 'fault', about: 'X', text }
}

/** Why X refuses every call of this token, if it does. */
function refusalOf({ status, known }: XAnswer, env: Environment): Finding | undefined {
  const { title, type } = known?.problem ?? {}
  if (status === 402 || title === 'SpendCapReached') {
    return {
      level: 'fault',
      about: 'payment',
      text: `X asks for payment (${status}). Add credits or raise the spend cap at console.x.com.`,
    }
  }
  if (status === 401)
    return { level: 'fault', about: 'token', text: `X refuses it (401): ${whyRefused(expiryOf(env))}. ${LOGIN}.` }
  if (status === 403 && String(type).endsWith('/unsupported-authentication')) {
    const text = `X says "Unsupported Authentication": it is the app’s own token, and X accepts only users’ tokens for media. ${LOGIN}.`
    return { level: 'fault', about: 'token', text }
  }
  if (status !== 429) return undefined
  return { level: 'warning', about: 'rate limit', text: 'X’s rate limit is reached (429). Try again in 15 minutes.' }
}

/** When the token expires, epoch milliseconds: by its form, or as `login` wrote it down. */
function expiryOf({ X_BEARER_TOKEN: token = '', X_TOKEN_EXPIRES_AT: stated = '' }: Environment): number | undefined {
  const issuedAt = tokenIssuedAt(token)
  const expiresAt = issuedAt === undefined ? Date.parse(stated) : issuedAt + LIFETIME_MS
  return Number.isNaN(expiresAt) ? undefined : expiresAt
}

function whyRefused(expiresAt: number | undefined): string {
  if (expiresAt !== undefined && expiresAt < Date.now()) return `it expired at ${new Date(expiresAt).toISOString()}`
  return 'it has expired, as tokens do after two hours, or was revoked or mistyped'
}

function ownerFinding({ status, known }: XAnswer, env: Environment): Finding {
  const about = 'token'
  const id = known?.data['id']
  if (status === 200 && id !== undefined) {
    const expiresAt = expiryOf(env)
    const until = expiresAt === undefined ? '' : `, until ${new Date(expiresAt).toISOString()}`
    return { level: 'ok', about, text: `X accepts it for the user with the id ${id}${until}` }
  }
  const text = `X does not say whose it is (${status}). It may lack the scopes users.read and tweet.read.`
  return { level: 'warning', about, text }
}

function scopeFinding({ status }: XAnswer): Finding {
  const about = 'media.write'
  if (status === 403) {
    const text =
      'The token lacks the scope media.write. Set the app’s permissions to "Read and write" at console.x.com, then sign in again with `npx hono-x-media login`: a refresh adds no scope.'
    return { level: 'fault', about, text }
  }
  if (status === 400 || status === 404 || status === 200)
    return { level: 'ok', about, text: 'The token may upload media' }
  return { level: 'warning', about, text: `X answers a question about media with ${status}. Try again later.` }
}
