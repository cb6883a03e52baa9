import type { Handler } from 'hono'
import { XMediaError } from '../errors.ts'
import type { Instance } from '../instance.ts'
import { quote } from '../lib/quote.ts'
import { invalidDisplayName } from '../x/display-name.ts'
import type { MediaCategory } from '../x/limits.ts'
import type { SubtitlesCategory, SubtitleTrack } from '../x/schemas.ts'
import type { PrincipalEnv } from './authorize.ts'
import { callContextFor } from './call-context.ts'
import type { OwnedMediaInput } from './owned-media.ts'
import { policyFor } from './principal-policy.ts'
import { receiveFile } from './receive-files.ts'

/** The categories of videos that have subtitles, and their names in X's API for subtitles. */
const SUBTITLED: Readonly<Record<SubtitledCategory, SubtitlesCategory>> = {
  tweet_video: 'TweetVideo',
  amplify_video: 'AmplifyVideo',
}
type SubtitledCategory = Extract<MediaCategory, 'tweet_video' | 'amplify_video'>

/** What a client says about subtitles, in the query. */
export interface SubtitlesQuery {
  /** Two letters, as in ISO 639-1. */
  language_code: string
  /** The language's name, for viewers. */
  display_name?: string
  /** The category of the video. Default `tweet_video`. */
  media_category?: SubtitledCategory
}

export type SubtitlesInput = {
  in: Pick<OwnedMediaInput['in'], 'param'> & {
    query: SubtitlesQuery & { ticket?: string }
    /** The file, where it is not the body itself. */
    form?: { media: File | Blob }
  }
  out: OwnedMediaInput['out']
}

/** The answer to new subtitles. */
export interface SubtitlesAnswer {
  data: SubtitleTrack
}

/** Uploads the subtitles in the body, and adds them to a video. They replace those of the same language. */
export function putSubtitles(instance: Instance): Handler<PrincipalEnv, string, OwnedMediaInput> {
  const { calls, client, permissions } = instance

  return async function putSubtitles(c) {
    const owned = c.req.valid('param')
    const principal = c.var.xMediaPrincipal
    const { media_category: category = 'tweet_video', ...track } = readSubtitlesQuery(c.req.query())
    permissions.checkCategories([category])
    const policy = policyFor(c, principal, instance)
    const context = callContextFor(c, principal, instance)
    const file = {
      principal,
      parameters: { media_category: 'subtitles' as const },
      policy: {
        ...policy,
        async consumeQuota(bytes: number) {
          // X has no use for an upload that may not be added to the video.
          await calls.consume(principal.subject, 0)
          await policy.consumeQuota(bytes)
        },
      },
      context,
    }
    const { answer } = await receiveFile(c, file, instance)
    const subtitles = { id: answer.data.id, ...track }
    const request = { id: owned.mediaId, media_category: SUBTITLED[category], subtitles }
    const added: SubtitlesAnswer = { data: await client.addSubtitles(request, context) }
    return c.json(added)
  }
}

function readSubtitlesQuery(query: Record<string, string>): SubtitlesQuery {
  const { language_code: language = '', display_name: name, media_category: category = 'tweet_video' } = query
  if (!/^[a-z]{2}$/i.test(language)) {
    throw new XMediaError(
      'invalid_parameter',
      `\`language_code\` is ${quote(language)}. Send the two letters of a language, such as EN.`,
    )
  }
  if (!isSubtitled(category)) {
    const known = Object.keys(SUBTITLED).join(' or ')
    throw new XMediaError('invalid_parameter', `\`media_category\` is ${quote(category)}. Send ${known}.`)
  }
  const mistake = invalidDisplayName(name)
  if (mistake !== undefined) throw new XMediaError('invalid_parameter', `\`display_name\` ${mistake}.`)
  return {
    language_code: language.toUpperCase(),
    ...(name ? { display_name: name } : {}),
    media_category: category,
  }
}

function isSubtitled(category: string): category is SubtitledCategory {
  return Object.hasOwn(SUBTITLED, category)
}
