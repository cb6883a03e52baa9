/** The X account that posts: who it is, and posts in its name. */

/** An account of X, and where X's API is. */
export interface XAccount {
  baseUrl: string
  token: string
}

/** A post that X has. */
export interface Post {
  id: string
  text: string
}

/** Why X does not have a post, in sentences. */
export class PostRefused extends Error {
  override readonly name = 'PostRefused'
}

interface XAnswer {
  data?: Record<string, unknown>
  detail?: string
  errors?: { message?: string }[]
}

const TIMEOUT_MS = 30_000

async function call({ baseUrl, token }: XAccount, path: string, body?: object): Promise<XAnswer & { ok: boolean }> {
  const response = await fetch(`${baseUrl}${path}`, {
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const answer: XAnswer = await response.json()
  return { ...answer, ok: response.ok }
}

/** Creates a post. Throws a `PostRefused` with X's reason, or because X cannot be reached. */
export async function createPost(account: XAccount, text: string, mediaIds: readonly string[]): Promise<Post> {
  const media = mediaIds.length > 0 ? { media: { media_ids: mediaIds } } : {}
  const { ok, data, detail, errors } = await call(account, '/2/tweets', { text, ...media }).catch((cause: unknown) => {
    throw new PostRefused('X could not be reached. Try again.', { cause })
  })
  if (ok) return { id: String(data?.['id']), text }
  throw new PostRefused(`X rejected the post. ${errors?.[0]?.message ?? detail ?? 'It gave no reason.'}`)
}

/** The name of the account, such as `@cat`. Undefined if X does not say: the token may lack the scope `users.read`. */
export async function accountName(account: XAccount): Promise<string | undefined> {
  const { data } = await call(account, '/2/users/me').catch((): XAnswer => ({}))
  return typeof data?.['username'] === 'string' ? `@${data['username']}` : undefined
}
