import { type DurableObjectState, type DurableObjects, durableObjectStore } from '../../adapters/cloudflare.ts'
import { createXMedia, type XMediaClient, XMediaError } from '../../src/index.ts'
import { fromR2, type R2BucketLike } from '../../src/sources/index.ts'

export interface PostEnv {
  BUCKET: R2BucketLike
  UPLOADS: DurableObjects
  X_BEARER_TOKEN: string
  X_API_BASE_URL: string
}

/** A post that is planned. */
export interface Job {
  id: string
  /** The key of the file in the bucket, and the version that was there when the post was planned. */
  file: string
  etag: string
  text: string
  /** When to post, epoch milliseconds. */
  at: number
  /** `posting`: the request has been sent, or is about to be. `unclear`: nobody knows whether X carried it out. */
  state: 'planned' | 'posting' | 'posted' | 'failed' | 'unclear'
  /** The post's id. */
  postId?: string
  /** Why it has failed. */
  detail?: string
}

const JOB = 'job'
/** When to try again after an error that passes, milliseconds. */
const RETRY_MS = 30_000

/** The Durable Object of one post. Its alarm rings at the time of the post, and again if it does not end well. */
export class ScheduledPost {
  readonly #storage: DurableObjectState['storage']
  readonly #env: PostEnv
  readonly #x: XMediaClient

  constructor({ storage }: DurableObjectState, env: PostEnv) {
    this.#storage = storage
    this.#env = env
    const { X_BEARER_TOKEN: token, X_API_BASE_URL: baseUrl } = env
    this.#x = createXMedia({ token, x: { baseUrl }, store: durableObjectStore(env.UPLOADS) })
  }

  async fetch(request: Request): Promise<Response> {
    if (request.method !== 'PUT') {
      const job = await this.#read()
      return job ? Response.json(job) : new Response(null, { status: 404 })
    }
    const job: Job = await request.json()
    await this.#storage.put(JOB, job)
    await this.#storage.setAlarm(job.at)
    return new Response(null, { status: 204 })
  }

  async alarm(): Promise<void> {
    const job = await this.#read()
    // X has no way to ask for a post once only, so a request without an answer is not repeated.
    if (job?.state === 'posting') await this.#storage.put(JOB, { ...job, state: 'unclear' })
    if (job?.state !== 'planned') return
    try {
      const mediaId = await this.#upload(job)
      await this.#storage.put(JOB, { ...job, state: 'posting' })
      const postId = await this.#post(job.text, mediaId)
      // Kept before the alarm ends: an alarm whose object dies rings again.
      await this.#storage.put(JOB, { ...job, state: 'posted', postId })
    } catch (error) {
      await this.#fail(job, error)
    }
  }

  /** Continues the upload of an alarm that did not end, or takes its media. */
  async #upload({ id, file, etag }: Job): Promise<string> {
    const { data } = await this.#x.settle(
      await this.#x.upload({ id, source: fromR2(this.#env.BUCKET, file, { etag }) }),
    )
    const { error } = data.processing_info ?? {}
    if (error) throw new XMediaError('x_rejected_media', `X could not process the file: ${error.message ?? error.name}`)
    return data.id
  }

  async #post(text: string, mediaId: string): Promise<string> {
    const response = await fetch(`${this.#env.X_API_BASE_URL}/2/tweets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#env.X_BEARER_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ text, media: { media_ids: [mediaId] } }),
    })
    if (response.status !== 201) throw new XMediaError('x_rejected_media', `X refused the post: ${response.status}.`)
    const { data }: { data: { id: string } } = await response.json()
    return data.id
  }

  async #fail(job: Job, error: unknown): Promise<void> {
    const { state } = (await this.#read()) ?? job
    const isRefused = error instanceof XMediaError && (error.status < 500 || error.code === 'x_rejected_media')
    if (isRefused) await this.#storage.put(JOB, { ...job, state: 'failed', detail: error.message })
    else if (state === 'posting') await this.#storage.put(JOB, { ...job, state: 'unclear' })
    else await this.#storage.setAlarm(Date.now() + RETRY_MS)
  }

  async #read(): Promise<Job | undefined> {
    const job = await this.#storage.get(JOB)
    return isJob(job) ? job : undefined
  }
}

function isJob(value: unknown): value is Job {
  return typeof value === 'object' && value !== null && 'state' in value && 'etag' in value
}
