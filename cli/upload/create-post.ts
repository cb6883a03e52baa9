import { readKnownAnswer } from '../../src/x/known-answer.ts'
import type { Environment } from '../env-file.ts'
import { ExplainedError } from '../explained-error.ts'
import { failureCode } from '../failure-code.ts'
import { xBaseUrl } from '../x-base-url.ts'

const TIMEOUT_MS = 30_000

/** Posts a text with media from the account of the environment's token. Resolves to the id of the post. */
export async function createPost(env: Environment, text: string, mediaIds: readonly string[]): Promise<string> {
  const { X_BEARER_TOKEN: token = '' } = env
  const response = await fetch(`${xBaseUrl(env)}/2/tweets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text, media: { media_ids: mediaIds } }),
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new ExplainedError(`X has the media, but could not be reached for the post (${failureCode(error)}).`)
  })
  const { status } = response
  const known = readKnownAnswer(await response.text(), { token, status })
  const id = known?.data['id']
  if (response.ok && typeof id === 'string') return id
  const reason = known?.errors[0]?.['message'] ?? known?.problem['detail'] ?? 'no reason given'
  throw new ExplainedError(`X has the media, but refused the post (${status}): ${reason}`)
}
