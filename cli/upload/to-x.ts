import { createXMedia, type MediaCategory, type XMediaClient } from '../../src/index.ts'
import type { Environment } from '../env-file.ts'
import { ExplainedError } from '../explained-error.ts'
import { xBaseUrl } from '../x-base-url.ts'
import type { ShowProgress } from './progress.ts'

/** A file, and what to ask X for. */
export interface UploadRequest {
  file: File
  altText: string | undefined
  category: MediaCategory | undefined
}

/** Uploads a file. Resolves to the id of the media when X can use it. */
export type UploadFile = (request: UploadRequest, show: ShowProgress) => Promise<string>

/** Uploads straight to X with the token of the environment. Throws a `ExplainedError` if there is none. */
export function uploadToX(env: Environment, note: (line: string) => void): UploadFile {
  const client = createClient(env)
  return async function uploadFile({ file, altText, category }, show) {
    let sent = 0
    const noteRetry = firstRetryNote(file.name, note)
    const answer = await client.upload(
      { source: file, ...(altText !== undefined && { altText }), ...(category !== undefined && { category }) },
      {
        onEvent(event) {
          if (event.type === 'segment') {
            sent += event.bytes
            show(sent)
          }
          if (event.type === 'retry') noteRetry(event.code)
        },
      },
    )
    for (const { title, detail } of answer.errors ?? []) note(`${file.name}: X has the file, but: ${detail ?? title}`)
    const { data } = await client.settle(answer, {
      onEvent(event) {
        if (event.type === 'processing') show(file.size, `X is processing it, ${event.progressPercent ?? 0} %`)
      },
    })
    const { error } = data.processing_info ?? {}
    if (error) throw new ExplainedError(`X could not process it: ${error.message ?? error.name ?? 'no reason given'}.`)
    return data.id
  }
}

/** Says once for a file that calls are repeated: the first waits are short, and the last ones long. */
function firstRetryNote(name: string, note: (line: string) => void): (code: string) => void {
  let isNoted = false
  return (code) => {
    const reason = code === 'x_rate_limited' ? 'X’s rate limit is reached' : 'X does not answer as it should'
    if (!isNoted) note(`${name}: ${reason}. We try again, up to 5 times.`)
    isNoted = true
  }
}

function createClient(env: Environment): XMediaClient {
  const { X_BEARER_TOKEN: token } = env
  if (!token)
    throw new ExplainedError('X_BEARER_TOKEN is not set. Get a token with `npx hono-x-media login --env .env`.')
  return createXMedia({ token, x: { baseUrl: xBaseUrl(env) } })
}
