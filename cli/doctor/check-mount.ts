import { isRecord } from '../../src/lib/is-record.ts'
import { ExplainedError } from '../explained-error.ts'
import { failureCode } from '../failure-code.ts'
import { jsonMembers } from '../json-members.ts'
import type { Finding } from './finding.ts'
import { type MountedServer, readProblem } from './mounted-server.ts'

/** The time limit for a request, milliseconds. */
const TIMEOUT_MS = 15_000

interface Answer {
  response: Response
  text: string
}

/** Throws an `ExplainedError` when the server cannot be reached. */
async function request(url: string, init: RequestInit = {}): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
    return { response, text: await response.text() }
  } catch (error) {
    throw new ExplainedError(
      `${url} cannot be reached (${failureCode(error)}). Check the URL, and that the server runs.`,
    )
  }
}

/** Checks that the package is mounted at this URL. */
export async function checkDescription({ url }: MountedServer): Promise<Finding> {
  const about = 'mount'
  try {
    const { response, text } = await request(`${url}/openapi.json`)
    const version = versionIn(text)
    if (response.ok && version !== undefined) return { level: 'ok', about, text: `hono-x-media ${version} at ${url}` }
    return {
      level: 'fault',
      about,
      text: `${url}/openapi.json answers with ${response.status}, and not as hono-x-media does. Use the URL of the mount, such as https://app.example/media.`,
    }
  } catch (error) {
    if (!(error instanceof ExplainedError)) throw error
    return { level: 'fault', about, text: error.message }
  }
}

function versionIn(text: string): string | undefined {
  const { info } = jsonMembers(text)
  return isRecord(info) && info['title'] === 'hono-x-media' ? String(info['version']) : undefined
}

/** Checks that the server knows its own pages: behind a proxy, it may take itself for another origin. */
export async function checkOwnOrigin({ url }: MountedServer): Promise<Finding> {
  const { origin } = new URL(url)
  const { text } = await request(`${url}/openapi.json`, { headers: { origin } })
  if (readProblem(text)?.code !== 'origin_not_allowed')
    return { level: 'ok', about: 'own pages', text: `Pages of ${origin} may upload` }
  return {
    level: 'fault',
    about: 'own pages',
    text: `The server refuses pages of ${origin}, its own origin: a proxy in front ends TLS or changes Host. Set http.trustProxy.`,
  }
}

/** Checks that pages of another origin may upload. */
export async function checkOrigin({ url }: MountedServer, origin: string): Promise<Finding> {
  const { response } = await request(url, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
  })
  const allowed = response.headers.get('access-control-allow-origin')
  if (response.ok && (allowed === '*' || allowed === origin)) {
    return { level: 'ok', about: 'CORS', text: `Pages of ${origin} may upload` }
  }
  const advice =
    response.status === 401
      ? 'Something before the mount wants preflights to sign in: let OPTIONS through'
      : 'Add that origin to http.origins'
  return { level: 'fault', about: 'CORS', text: `Pages of ${origin} may not upload (${response.status}). ${advice}.` }
}
