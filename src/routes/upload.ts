import type { Context, Handler, MiddlewareHandler, TypedResponse } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { StatusCode } from 'hono/utils/http-status'
import { XMediaError } from '../errors.ts'
import { readQuery, type UploadParameters, type UploadQuery } from '../ingress/upload-parameters.ts'
import type { Instance } from '../instance.ts'
import type { PROBLEMS, Problem, XMediaErrorCode } from '../problem.ts'
import type { UploadAnswer } from '../relay/relay.ts'
import type { CallContext } from '../x/call-with-retries.ts'
import type { XMediaAnswer } from '../x/media-answer.ts'
import type { PrincipalEnv } from './authorize.ts'
import { callContextFor } from './call-context.ts'
import type { MountEnv } from './mount.ts'
import { policyFor } from './principal-policy.ts'
import { isFailure, type Outcome, receiveFiles } from './receive-files.ts'
import type { SubtitlesAnswer } from './subtitles.ts'
import { answerOf, describeMedia, itemOf, statusPath, type UploadedItem, type UploadedMedia } from './uploaded-media.ts'

/** What `xMediaUpload` leaves in the context for the handlers after it. */
export interface XMediaEnv {
  Variables: {
    /** The media; the first one if the client has sent a form with several. */
    xMedia: UploadedMedia
    /** All media, in the order of their files. */
    xMediaAll: UploadedMedia[]
  }
}

export type UploadEnv = { Variables: MountEnv['Variables'] & PrincipalEnv['Variables'] & XMediaEnv['Variables'] }

/** The longest that `Prefer: wait` holds a response back. */
const MAX_WAIT_SECS = 60

/** A form with one file or several: `hc` sends it as `multipart/form-data`. Fields may stand in the query instead. */
export type UploadForm = Omit<UploadQuery, 'alt_text'> & {
  media: File | Blob | (File | Blob)[]
  /** In the order of the files. */
  alt_text?: string | string[]
}

export type UploadInput = { in: { query?: UploadQuery; form?: UploadForm }; out: { query: UploadParameters } }

/** hono has no names for 460 and 499, which these routes do not answer with. */
type ProblemStatus = Extract<(typeof PROBLEMS)[XMediaErrorCode]['status'], StatusCode>

/** What a refused request is answered with. */
export type ProblemResponse = TypedResponse<Problem, ProblemStatus, 'json'>

/** What a finished upload is answered with: the media, or a list of them for several files. */
export type UploadResponse = TypedResponse<UploadAnswer | { data: UploadedItem[] }, 201, 'json'>

/** What several files are answered with of which X has some. */
export type PartialResponse = TypedResponse<{ data: (UploadedItem | Problem)[] }, 207, 'json'>

/** What the status of a media is answered with. */
export type StatusResponse = TypedResponse<XMediaAnswer, 200, 'json'>

/** What a new alternative text is answered with. */
export type AltTextResponse = TypedResponse<null, 204, 'body'>

/** What new subtitles are answered with. */
export type SubtitlesResponse = TypedResponse<SubtitlesAnswer, 200, 'json'>

/** Refuses parameters in the query that X would refuse, before the body is read. */
export const validateUpload: MiddlewareHandler<UploadEnv, string, UploadInput> = createMiddleware<
  UploadEnv,
  string,
  UploadInput
>(async function validateUpload(c, next) {
  const query = Object.entries(c.req.queries()).map(([name, values]) => [name, values.length > 1 ? values : values[0]])
  c.req.addValidatedData('query', readQuery(Object.fromEntries(query)))
  return next()
})

/**
 * Relays the request's files to X. The handlers after it run only when FINALIZE has succeeded for all of them; otherwise the
 * response has a media or a problem for each.
 *
 * @param toItem Describes one of several media in that response.
 */
export function receiveUpload(
  instance: Instance,
  toItem: (c: UploadContext, media: UploadedMedia) => UploadedItem = (_, media) => itemOf(media),
): MiddlewareHandler<UploadEnv, string, UploadInput> {
  return createMiddleware<UploadEnv, string, UploadInput>(async function receiveUpload(c, next) {
    const outcomes = await receive(c, instance)
    const uploaded = outcomes.filter((outcome): outcome is UploadedMedia => !isFailure(outcome))
    const [first] = uploaded
    if (first === undefined || uploaded.length < outcomes.length) {
      return c.json(
        { data: outcomes.map((outcome) => (isFailure(outcome) ? outcome.problem : toItem(c, outcome))) },
        207,
      )
    }
    c.set('xMedia', first)
    c.set('xMediaAll', uploaded)
    return next()
  })
}

/** Responds with the media in X's own shape; `Location` is where to follow its processing. Several have one each. */
export const sendMedia: Handler<UploadEnv, string, UploadInput> = (c) => {
  const { xMedia, xMediaAll, xMediaMount } = c.var
  if (xMediaAll.length > 1) return c.json({ data: xMediaAll.map((media) => locatedItem(c, media)) }, 201)
  c.header('location', statusPath(xMediaMount.path, xMedia))
  return c.json(answerOf(xMedia), 201)
}

/** One of several media, with the path of its status below the mount. */
export function locatedItem(c: UploadContext, media: UploadedMedia): UploadedItem {
  return itemOf(media, statusPath(c.var.xMediaMount.path, media))
}

type UploadContext = Context<UploadEnv, string, UploadInput>

async function receive(c: UploadContext, instance: Instance): Promise<(UploadedMedia | XMediaError)[]> {
  const principal = c.var.xMediaPrincipal
  const policy = policyFor(c, principal, instance)
  const context = callContextFor(c, principal, instance)

  async function describe(outcome: Outcome): Promise<UploadedMedia | XMediaError> {
    if (isFailure(outcome)) return outcome
    const { answer, findings } = outcome
    instance.statuses.put(answer)
    const settled = await settle(c, answer, context, instance)
    return await describeMedia(c, { ...settled, ...findings }, principal, instance)
  }

  const outcomes = await receiveFiles(c, { principal, parameters: c.req.valid('query'), policy, context }, instance)
  return await Promise.all(outcomes.map(describe))
}

/** Waits for X's processing as the client prefers, if there is a place among the listeners. */
async function settle(
  c: UploadContext,
  relayed: XMediaAnswer,
  context: CallContext,
  { listeners, statuses }: Pick<Instance, 'listeners' | 'statuses'>,
): Promise<XMediaAnswer> {
  const waitSecs = preferredWaitSecs(c)
  const leave = waitSecs === undefined ? undefined : listeners.tryAdmit(c.var.xMediaPrincipal.subject)
  if (waitSecs === undefined || leave === undefined) return relayed
  c.header('preference-applied', `wait=${waitSecs}`)
  try {
    return await statuses.settle(relayed, context, waitSecs * 1000)
  } catch (error) {
    // X has the media: failing to read its status now must not lose it.
    if (error instanceof XMediaError || context.signal?.aborted) return relayed
    throw error
  } finally {
    leave()
  }
}

/** `Prefer: wait=N`: the client would rather wait N seconds than come back. RFC 7240 section 4.3 */
function preferredWaitSecs(c: Context): number | undefined {
  const seconds = /(?:^|[,;\s])wait=(\d{1,9})(?:$|[,;\s])/i.exec(c.req.header('prefer') ?? '')?.[1]
  return seconds === undefined ? undefined : Math.min(Number(seconds), MAX_WAIT_SECS)
}
